import {parseArgs} from 'node:util';

export type HostOptions = {
  l1Port: number;
  l2Port: number;
  l2PrivatePort: number;
  storagePort: number;
  controlPort: number;
  beaconPort: number;
  /** Absent: everything is gone at the end. */
  stateDir: string | undefined;
  l1BlockSeconds: number;
  l2BlockSeconds: number;
  automine: boolean;
  /** End with standard input, also when it is no pipe. */
  parentPipe: boolean;
};

/** The user's mistake, told in one sentence. Exit code 2. */
export class UsageError extends Error {}

const NUMBERS = {
  'l1-port': 18_545,
  'l2-port': 18_547,
  'l2-private-port': 18_549,
  'storage-port': 18_600,
  'control-port': 18_601,
  'beacon-port': 18_602,
  'l1-block-seconds': 2,
  'l2-block-seconds': 1,
} as const;

export const USAGE = `Usage: node --import tsx sequencer/devnet/host.ts [options]

Runs the local network: L1, L2, the bridge between them, storage, and a randomness beacon. For development only.

${Object.entries(NUMBERS)
  .map(([name, value]) => `  --${`${name} <n>`.padEnd(24)} default ${value}${name.endsWith('port') ? '; 0 = a free port' : ''}`)
  .join('\n')}
  --state-dir <folder>       keep chains and stored files there; without it all is gone at the end
  --automine                 seal a block for each transaction at once, besides the clock
  --parent-pipe              end when standard input closes (always so when it is a pipe)

Each option can be set as POBS_<NAME>, e.g. POBS_L1_PORT.`;

/** Flags win over environment variables. @throws UsageError. */
export function parseHostOptions(argv: string[], env: NodeJS.ProcessEnv): HostOptions | 'help' {
  const values = parse(argv);
  if (values['help'] === true) return 'help';
  const text = (name: string): string | undefined => {
    const flag = values[name];
    return typeof flag === 'string' ? flag : env[environmentName(name)];
  };
  const number = (name: keyof typeof NUMBERS): number => {
    const value = text(name);
    if (value === undefined) return NUMBERS[name];
    const max = name.endsWith('port') ? 65_535 : 3600;
    if (!/^\d+(\.\d+)?$/.test(value) || Number(value) > max) {
      throw new UsageError(`--${name} must be a number from 0 to ${max}, not "${value}".`);
    }
    return Number(value);
  };
  const flag = (name: string): boolean => values[name] === true || env[environmentName(name)] === '1';
  return {
    l1Port: number('l1-port'),
    l2Port: number('l2-port'),
    l2PrivatePort: number('l2-private-port'),
    storagePort: number('storage-port'),
    controlPort: number('control-port'),
    beaconPort: number('beacon-port'),
    l1BlockSeconds: number('l1-block-seconds'),
    l2BlockSeconds: number('l2-block-seconds'),
    stateDir: text('state-dir'),
    automine: flag('automine'),
    parentPipe: flag('parent-pipe'),
  };
}

function parse(argv: string[]): Record<string, string | boolean | undefined> {
  const strings = [...Object.keys(NUMBERS), 'state-dir'].map((name) => [name, {type: 'string'}] as const);
  const booleans = ['automine', 'parent-pipe', 'help'].map((name) => [name, {type: 'boolean'}] as const);
  try {
    return parseArgs({args: argv, options: Object.fromEntries([...strings, ...booleans])}).values as Record<
      string,
      string | boolean | undefined
    >;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. See --help.`);
  }
}

function environmentName(flag: string): string {
  return `POBS_${flag.replaceAll('-', '_').toUpperCase()}`;
}
