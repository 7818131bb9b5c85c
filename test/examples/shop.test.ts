import { describe, expect, it } from '@jest/globals';
import { placesOf, Rows } from '../system/traffic/rows.js';
import { exampleLab } from './example-lab.js';

const rows = new Rows(
  [
    ['web', 'name api', '172.28.1.46, 172.28.1.87'],
    ['web', 'name api1', '172.28.1.87'],
    ['web', 'name api1.back', '172.28.1.87'],
    ['api1', 'name database', '172.28.2.10'],
    ['api2', 'name db.data', '172.28.2.10'],
    ['api1', 'name 172.28.2.10', 'db'],
    ['client', 'name www.shop.example', '172.28.0.136'],
    ['client', 'name web.shop.example', '172.28.0.136'],
    ['client', 'name backend', '172.28.0.1'],
    ['web', 'name db', 'unknown'],
    ['web', 'name api1.data', 'unknown'],
    ['client', 'name api', 'unknown'],
    ['db', 'name web', 'unknown'],
    ['db', 'name nobody', 'unknown'],
    ['client', 'http://web', 'web sees 172.28.0.172'],
    ['client', 'http://www.shop.example', 'web sees 172.28.0.172'],
    ['client', 'http://backend:8070', 'web sees 172.28.0.1'],
    ['web', 'http://api1', 'api1 sees 172.28.1.91'],
    ['web', 'http://api2.back', 'api2 sees 172.28.1.91'],
    ['api1', 'http://database', 'db sees 172.28.2.208'],
    ['api1', 'http://web', 'web sees 172.28.1.87'],
    ['lan', 'http://10.99.0.2:8070', 'web sees 10.99.0.1'],
    ['host', 'http://127.0.0.1:8070', 'web sees 172.28.0.1'],
    ['web', 'http://172.28.2.10', 'timeout'],
    ['client', 'http://172.28.1.87', 'timeout'],
    ['lan', 'http://172.28.2.10', 'timeout'],
    ['db', 'ping 10.99.0.1', 'unreachable'],
    ['api1', 'ping 10.99.0.1', 'unreachable'],
    ['web', 'ping 10.99.0.1', 'answer'],
  ],
  placesOf('shop'),
);

describe('examples/shop', () => {
  const { world, testDestroy } = exampleLab('shop', async (machine) => {
    machine.must('ip -n outside route add 172.28.0.0/16 via 10.99.0.2 dev eth0');
    await Promise.all(['web', 'api1', 'api2', 'db'].map((node) => machine.serve(`shop.${node}`, 80, node)));
    await rows.run(machine);
  });
  rows.test();

  it('gives the web server its own host name', () => {
    expect(world().mustTopo('exec', 'shop.web', '--', 'hostname')).toBe('web.shop.example\n');
  });

  testDestroy();
});
