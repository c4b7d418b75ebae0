/** Ports of the local network: fixed and settable (`POBS_<NAME>_PORT`) for a lasting network, free ones for a passing one. */
import {createServer} from 'node:net';

export const PORTS = {
  l1: 18545, l2: 18547, 'l2-private': 18549, storage: 18600, control: 18601, beacon: 18602, postgres: 18432, engine: 18700,
  sequencer: 18800, graph: 18810, 'graph-admin': 18811, 'graph-index': 18812, 'graph-ws': 18813, 'graph-metrics': 18814,
  'validator-1': 18901, 'validator-2': 18902, 'validator-3': 18903, 'validator-4': 18904, web: 18000,
} as const;

export type PortName = keyof typeof PORTS;
export type Ports = Record<PortName, number>;

const names = Object.keys(PORTS) as PortName[];
const variable = (name: PortName) => `POBS_${name.toUpperCase().replaceAll('-', '_')}_PORT`;

export type PortRefusal = {code: 'PORT_INVALID' | 'PORT_IN_USE'; message: string};

/** The fixed ports, or one sentence per port that is taken. */
export async function fixedPorts(env: NodeJS.ProcessEnv): Promise<{ports: Ports; refusals: PortRefusal[]}> {
  const refusals: PortRefusal[] = [];
  const entries = names.map((name): [PortName, number] => {
    const text = env[variable(name)];
    const port = text === undefined ? PORTS[name] : Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      refusals.push({code: 'PORT_INVALID', message: `${variable(name)}=${text} is no port: set a number from 1 to 65535.`});
    }
    return [name, port];
  });
  for (const [name, port] of entries) {
    if (await isTaken(port)) {
      refusals.push({code: 'PORT_IN_USE', message: `Port ${port} (${name}) is in use: stop the program that holds it or set ${variable(name)}.`});
    }
  }
  return {ports: Object.fromEntries(entries) as Ports, refusals};
}

/** Ports that were free a moment ago, all different. */
export async function freePorts(): Promise<Ports> {
  const servers = await Promise.all(names.map(() => listen(0)));
  const ports = servers.map((server) => (server.address() as {port: number}).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return Object.fromEntries(names.map((name, i) => [name, ports[i]!])) as Ports;
}

function listen(port: number) {
  return new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server));
  });
}

async function isTaken(port: number): Promise<boolean> {
  try {
    const server = await listen(port);
    await new Promise((resolve) => server.close(resolve));
    return false;
  } catch {
    return true;
  }
}
