import {inProcess} from '../../test/support/in-process.ts';
import {main} from '../src/cli/main.ts';

/** `pobs-operator` in this process. */
export const command = inProcess(main);
