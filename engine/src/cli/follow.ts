/** `pobs-engine follow`: a follower until told to stop or its engine is gone. */
import path from 'node:path';
import {pino} from 'pino';
import {type Flags, parseFollowerConfig} from '../config.ts';
import {bigintsAsText} from './log.ts';
import {EXIT_INTERRUPTED, stopSignal} from './stop-signal.ts';

/** Resolves with the exit code. */
export async function followCommand(flags: Flags): Promise<number> {
  const config = parseFollowerConfig(flags);
  const log = pino({level: config.logLevel, serializers: {error: pino.stdSerializers.err}, formatters: {log: bigintsAsText}}, pino.destination(2));
  const stopped = stopSignal(config.parentPipe);
  const {startFollower} = await import('../follower/app.ts');
  // An engine that is not there yet is waited for: who asks to stop meanwhile need not wait with it.
  const follower = await Promise.race([startFollower({...config, dataDir: path.resolve(config.dataDir)}, {log}), stopped.then(() => undefined)]);
  if (!follower) return EXIT_INTERRUPTED;
  process.stdout.write(`${JSON.stringify({ready: true, url: follower.socket})}\n`);
  try {
    await Promise.race([stopped, follower.ended]);
    return 0;
  } finally {
    await follower.stop();
  }
}
