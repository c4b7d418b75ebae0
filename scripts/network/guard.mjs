// Runs a third-party program that knows nothing of its parent, and ends it when our stdin closes.
import {spawn} from 'node:child_process';
const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, {stdio: ['ignore', 'inherit', 'inherit']});
const stop = () => {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), 5_000).unref();
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.stdin.on('end', stop).on('close', stop).resume();
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.on('exit', (code) => process.exit(code ?? 0));
