/** `transfer.mjs serve PORT` takes what comes and answers at its end; `transfer.mjs send HOST PORT BYTES` prints how many ms that took. */
import { connect, createServer } from 'node:net';

const [what, ...args] = process.argv.slice(2);
if (what === 'serve') {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.on('end', () => socket.end('all')).resume());
  server.listen(Number(args[0]), () => console.log('listening'));
} else {
  const [host, port, bytes] = args;
  const socket = connect(Number(port), host, () => {
    const start = performance.now();
    socket.end(Buffer.alloc(Number(bytes)));
    socket.on('data', () => console.log(Math.round(performance.now() - start)));
  });
}
