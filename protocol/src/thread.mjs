/** Entry of every worker thread: plain JavaScript, so that it runs before anything can read TypeScript there. */
import {workerData} from 'node:worker_threads';
import {register} from 'tsx/esm/api';

register();
await import(workerData.module);
