import { it } from '@jest/globals';
import { byDocker, byTopo } from './sides.js';
import { PROBES, table } from './probes.js';
import { writeFileSync } from 'node:fs';
it('x', async () => {
  const t0 = Date.now();
  const lap = (w: string) => console.log(w, Date.now() - t0);
  const a = await byTopo();
  lap('topo up');
  const ta = await table(a);
  lap('topo table');
  await a.dispose();
  const out: string[] = [];
  for (const flags of [[], ['--userland-proxy=false', '--experimental', '--ip6tables']]) {
    const b = await byDocker(...flags);
    lap('docker up');
    const tb = await table(b);
    lap('docker table');
    await b.dispose();
    out.push(`## ${flags}`);
    ta.forEach((c, i) => {
      if (c.result !== tb[i]!.result) out.push(`${c.from} | ${c.to} | ${tb[i]!.result} | ${c.result}`);
    });
  }
  lap('end ' + PROBES.length);
  writeFileSync('/tmp/pw/diff.txt', out.join('\n') + '\n');
  writeFileSync('/tmp/pw/topo.txt', ta.map((c) => Object.values(c).join(' | ')).join('\n'));
}, 300000);
