/**
 * One TCP connection to ADDRESS PORT on which a numbered line goes out every two milliseconds and is expected back. For each line of its input it
 * says as JSON how many it has sent and got back, in their order, and whether the connection is still open.
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const [address, port] = process.argv.slice(2);
const socket = connect({ host: address, port: Number(port), noDelay: true });
let [sent, back, open] = [0, 0, true];
const end = () => (open = false);
socket.on('error', end);
socket.on('close', end);
socket.on('connect', () => {
  createInterface({ input: socket }).on('line', (line) => {
    if (Number(line) === back) back += 1;
    else end();
  });
  setInterval(() => open && socket.write(`${sent++}\n`), 2);
  console.log('connected');
});
createInterface({ input: process.stdin }).on('line', () => console.log(JSON.stringify({ sent, back, open })));
