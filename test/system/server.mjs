/** `server.mjs PORT NAME`: HTTP on a TCP port, `udp:PORT` an echo; the answer is NAME and the address that was seen. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';

const [, , where = '80', name = 'server'] = process.argv;
const plain = (address) => (address ?? '').replace(/^::ffff:/, '');

if (where.startsWith('udp:')) {
  const socket = createSocket('udp4');
  socket.on('message', (_message, from) => socket.send(`${name} peer=${plain(from.address)}\n`, from.port, from.address));
  socket.bind(Number(where.slice(4)), () => console.log('listening'));
} else {
  const server = createServer((request, response) => {
    response.end(`${name} peer=${plain(request.socket.remoteAddress)}\n`);
  });
  server.keepAliveTimeout = 600_000;
  server.listen(Number(where), '::', () => console.log('listening'));
}
