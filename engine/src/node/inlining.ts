/**
 * How freely V8 inlines. The core is many small functions over typed arrays, and what they hand each other are doubles, which a real call boxes:
 * with V8's own bounds a command makes dozens of such calls. These took the core from 1.7 to 2.1M operations per CPU-second. Imported for its
 * effect, before the core is compiled, by whatever runs it in earnest and by its benchmarks.
 */
import {setFlagsFromString} from 'node:v8';

setFlagsFromString('--max-inlined-bytecode-size-small=80');
setFlagsFromString('--max-inlined-bytecode-size=900');
setFlagsFromString('--max-inlined-bytecode-size-cumulative=12000');
setFlagsFromString('--max-inlined-bytecode-size-absolute=60000');
