/**
 * One contestant of the core's bench in a process of its own, so that the garbage, the cache and the compiler's work of one are not on the other's
 * bill. Plays the whole flow on a fresh book when told to, and answers with the CPU time it took; the flow is the same in both, from the seed.
 *
 *     fork('contestant.ts', ['core' | 'peer', operations, seed])     ⇄ 'play' → microseconds
 */
import {buildVenue, makeFlow, play, type Totals} from './flow.ts';
import {cpuMicros} from './measure.ts';
import {PeerBook, peerIds} from './peer-book.ts';

const [who, operations, seed] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

const flow = makeFlow(operations, seed);
const ids = peerIds(operations);

/** The run of a round, its book made. */
function begin(): () => void {
  if (who === 'core') {
    const [venue, totals] = [buildVenue(), {refused: 0, events: 0} satisfies Totals];
    return () => play(venue, flow.records, 0, operations, totals);
  }
  const book = new PeerBook();
  return () => book.play(flow, 0, operations, ids);
}

/** The next round's book is made while the last one is still there: what V8 knows of an object's shape dies with the last of its kind. */
let run = begin();

process.on('message', () => {
  const before = cpuMicros();
  run();
  process.send!(cpuMicros() - before);
  run = begin();
});
process.on('disconnect', () => process.exit(0));
process.send!(0);
