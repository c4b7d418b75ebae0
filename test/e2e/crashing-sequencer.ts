/**
 * A sequencer that dies by SIGKILL at one stage: before the stage is recorded (its effect is done) or right after.
 *
 * Usage: node --import tsx test/e2e/crashing-sequencer.ts <stage> <before|after> <flags of pobs-operator epoch run>
 */
import {PgEpochRepository} from '../../sequencer/src/db/epoch-repository.ts';
import {runOneEpoch} from '../dishonest/one-epoch.ts';

const [stage, moment, ...flags] = process.argv.slice(2);

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
}

const record = PgEpochRepository.prototype.advance;
PgEpochRepository.prototype.advance = async function advance(...args: Parameters<typeof record>) {
  const [state] = args;
  if (state.stage === stage && moment === 'before') return die();
  const at = await record.apply(this, args);
  return state.stage === stage ? die() : at;
};

await runOneEpoch(flags);
