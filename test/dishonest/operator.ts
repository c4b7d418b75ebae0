/**
 * A dishonest operator with the real posting key: one epoch built over one lie, published and proposed as if it were true.
 *
 * Usage: node --import tsx test/dishonest/operator.ts <lie> <flags of pobs-operator epoch run>
 */
import {dishonestBuilder} from './builder.ts';
import {type Lie, LIES} from './lies.ts';
import {runOneEpoch} from './one-epoch.ts';

const [lie, ...flags] = process.argv.slice(2);
if (!lie || !(lie in LIES)) {
  process.stderr.write(`Unknown lie "${lie}": choose one of ${Object.keys(LIES).join(', ')}.\n`);
  process.exit(2);
}
await runOneEpoch(flags, {builder: dishonestBuilder(lie as Lie)});
