/**
 * `server.mjs WHERE NAME`: HTTP on a TCP port (`8000`, `127.0.0.5:8000`), an echo for `udp:PORT`; the answer is NAME and the
 * address that was seen. WHERE may be a list, `80,81,udp:53`; then the answer is NAME:PORT. The answer to a number has it at its end.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';

const [, , where = '80', name = 'server'] = process.argv;
const plain = (address) => (address ?? '').replace(/^::ffff:/, '');
const places = where.split(',');

let open = 0;
function listening() {
  open += 1;
  if (open === places.length) console.log('listening');
}

for (const place of places) {
  const port = Number(place.slice(place.lastIndexOf(':') + 1));
  const own = places.length === 1 ? name : `${name}:${port}`;
  if (place.startsWith('udp:')) {
    const socket = createSocket('udp6');
    socket.on('message', (message, from) => {
      const number = /^\d+$/.test(String(message)) ? ` ${message}` : '';
      socket.send(`${own} peer=${plain(from.address)}${number}\n`, from.port, from.address);
    });
    socket.bind(port, listening);
  } else {
    const server = createServer((request, response) => {
      response.end(`${own} peer=${plain(request.socket.remoteAddress)}\n`);
    });
    server.keepAliveTimeout = 600_000;
    server.listen(port, place.includes(':') ? place.slice(0, place.lastIndexOf(':')) : '::', listening);
  }
}
