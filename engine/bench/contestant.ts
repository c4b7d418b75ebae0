/**
 * One contestant of the core's bench in a process of its own, so that the garbage, the cache and the compiler's work of one are not on the other's
 * bill. Plays the stretch it is sent and answers with the CPU time it took; the flow is the same in both, from the seed.
 *
 *     fork('contestant.ts', ['core' | 'peer', operations, seed])     ⇄ {from, to} → {micros}     {from: 0} begins a new round
 */
import {buildVenue, type Flow, makeFlow, play, type Totals} from './flow.ts';
import {cpuMicros} from './measure.ts';
import {PeerBook, peerIds} from './peer-book.ts';

export type Stretch = {from: number; to: number};
type Play = (stretch: Stretch) => void;

const [who, operations, seed] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

function corePlayer({records}: Flow): Play {
  let venue = buildVenue();
  const totals: Totals = {refused: 0, events: 0};
  return ({from, to}) => {
    if (from === 0) venue = buildVenue();
    play(venue, records, from, to, totals);
  };
}

function peerPlayer(flow: Flow): Play {
  const ids = peerIds(operations);
  let book = new PeerBook();
  return ({from, to}) => {
    if (from === 0) book = new PeerBook();
    book.play(flow, from, to, ids);
  };
}

const flow = makeFlow(operations, seed);
const player = who === 'core' ? corePlayer(flow) : peerPlayer(flow);

process.on('message', (stretch: Stretch) => {
  const before = cpuMicros();
  player(stretch);
  process.send!(cpuMicros() - before);
});
process.on('disconnect', () => process.exit(0));
process.send!(0);
