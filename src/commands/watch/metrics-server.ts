import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DiagnosticError } from '../../model/diagnostic.js';

export interface MetricsServer {
  readonly address: string;
  close(): Promise<void>;
}

/** Answers GET /metrics on that address alone. */
export async function serveMetrics(at: { readonly host: string; readonly port: number }, text: () => string): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (path !== '/metrics') response.writeHead(404, { 'content-type': 'text/plain' }).end('There is /metrics.\n');
    else if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
    else
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(request.method === 'HEAD' ? '' : text());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusal(at, error)));
    server.listen({ ...at, exclusive: true }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = at.host.includes(':') ? `[${at.host}]` : at.host;
  return {
    address: `http://${host}:${port}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refusal({ host, port }: { readonly host: string; readonly port: number }, { code }: NodeJS.ErrnoException): DiagnosticError {
  const message = `the metrics cannot be served on ${host} port ${port}: ${String(code)}`;
  return new DiagnosticError([
    { code: 'metrics-listen', severity: 'error', message, hint: 'choose another port: ss -ltnp shows who has this one' },
  ]);
}
