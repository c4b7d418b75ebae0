/** `pobs-engine run`: serves until told to stop. */
import {pino} from 'pino';
import {type Flags, parseConfig} from '../config.ts';
import {gatewayFlags} from './gateway-flags.ts';
import {bigintsAsText} from './log.ts';

/** Resolves with the exit code. */
export async function runCommand(flags: Flags): Promise<number> {
  const config = parseConfig(flags);
  const log = pino({level: config.logLevel, serializers: {error: pino.stdSerializers.err}, formatters: {log: bigintsAsText}}, pino.destination(2));
  const stopped = stopSignal(config.parentPipe);
  const {startEngine} = await import('../app.ts');
  const engine = await startEngine(config, {log, gatewayArgs: gatewayFlags(flags)});
  process.stdout.write(`${JSON.stringify({ready: true, url: engine.url})}\n`);
  try {
    await Promise.race([stopped, engine.failed]);
    return 0;
  } finally {
    await engine.stop();
  }
}

/** Listens from the first moment on, so that a stop during the start is not lost. */
function stopSignal(parentPipe: boolean): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    if (parentPipe) process.stdin.once('end', () => resolve()).once('close', () => resolve()).resume();
  });
}
