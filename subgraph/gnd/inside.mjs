/**
 * Runs graph-node in a network namespace of its own, where its ports are seen by nobody: it binds all interfaces and has
 * no setting for that. What it needs comes in, and what it serves goes out, through unix sockets.
 *
 *   unshare --user --map-root-user --net node gnd/inside.mjs --probe      exit 0 if this works here
 *   unshare --user --map-root-user --net node gnd/inside.mjs '<json>'     {command, cwd, outward: {socket: port}, inward: {socket: port}}
 *
 * Ends graph-node when stdin closes: the parent holds it open.
 */
import {spawn, spawnSync} from 'node:child_process';
import {connect, createServer} from 'node:net';

/** Raises the loopback interface: SIOCSIFFLAGS, IFF_UP | IFF_RUNNING. Debian always has perl, others have ip. */
const PERL = 'use Socket; socket(my $s, AF_INET, SOCK_DGRAM, 0) or exit 1; my $r = pack("a16s", "lo", 0x41); ioctl($s, 0x8914, $r) or exit 1';
const loopbackUp = () => [['ip', ['link', 'set', 'lo', 'up']], ['perl', ['-e', PERL]]].some(([program, args]) => spawnSync(program, args).status === 0);

/** @param {object} from - Where to listen. @param {object} to - Where to connect. */
export function bridge(from, to) {
  const server = createServer((incoming) => {
    const outgoing = connect(to);
    incoming.pipe(outgoing).pipe(incoming);
    for (const [socket, other] of [[incoming, outgoing], [outgoing, incoming]]) socket.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(from, () => resolve(server));
  });
}

async function main(argument) {
  if (!loopbackUp()) return 1;
  if (argument === '--probe') {
    await bridge({host: '127.0.0.1', port: 1_024}, {host: '127.0.0.1', port: 1_025});
    return 0;
  }
  const {command: [program, ...args], cwd, outward, inward} = JSON.parse(argument);
  for (const [socket, port] of Object.entries(outward)) await bridge({host: '127.0.0.1', port}, {path: socket});
  for (const [socket, port] of Object.entries(inward)) await bridge({path: socket}, {host: '127.0.0.1', port});
  const child = spawn(program, args, {cwd, stdio: ['ignore', 2, 2]});
  const stop = () => child.kill('SIGKILL');
  process.stdin.on('end', stop).on('close', stop).resume();
  process.on('SIGTERM', stop).on('SIGINT', () => {});
  return new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 128));
  });
}

if (process.argv[1]?.endsWith('inside.mjs')) process.exit(await main(process.argv[2]));
