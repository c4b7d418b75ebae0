/** `npm start`: the whole local network until Ctrl-C; with `--once` one full cycle of two epochs on a network of its own. */
import {parseArgs} from 'node:util';
import {runCycle} from './cycle/run-cycle.ts';
import {runTamper, TAMPER_KINDS, type TamperKind} from './cycle/run-tamper.ts';
import {runForever} from './network/run-forever.ts';
import {ServiceError} from './network/service.ts';

const HELP = `Usage: npm start [-- options]

  (no option)        run the local network until Ctrl-C; its state lives under .pobs/ and a second start resumes it
  --fresh            forget .pobs/ first
  --once             run one full cycle of two epochs on free ports in a temporary folder, check it, and exit
    --json           print exactly one JSON object on stdout (use npm start --silent -- --once --json)
    --keep=<dir>     leave all published files there
    --tamper=<kind>  let a dishonest operator try instead, and check that nothing leaves custody; kinds:
                     ${TAMPER_KINDS.join(', ')}
  --help

Ports: POBS_L1_PORT, POBS_L2_PORT, POBS_ENGINE_PORT, POBS_WEB_PORT and so on. Database: DATABASE_URL.
Exit codes: 0 all held, 1 a bug, 2 usage or environment, 3 a dependency is down, 4 a check failed, 130 interrupted.
`;

function options() {
  try {
    return parseArgs({
      options: {
        once: {type: 'boolean'}, json: {type: 'boolean'}, keep: {type: 'string'}, tamper: {type: 'string'},
        fresh: {type: 'boolean'}, help: {type: 'boolean'},
      },
    }).values;
  } catch (error) {
    return refuse(`${(error as Error).message.split('.')[0]}. See npm start -- --help.`);
  }
}

function refuse(sentence: string): never {
  process.stderr.write(`✗ ${sentence}\n`);
  process.exit(2);
}

async function main(): Promise<number> {
  const chosen = options();
  if (chosen.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (!chosen.once && (chosen.json || chosen.keep !== undefined || chosen.tamper !== undefined)) refuse('--json, --keep and --tamper belong to --once.');
  if (!chosen.once) return runForever({fresh: chosen.fresh ?? false});
  const json = chosen.json ?? false;
  if (chosen.tamper === undefined) return runCycle({json, keep: chosen.keep});
  if (!TAMPER_KINDS.includes(chosen.tamper as TamperKind)) refuse(`Unknown tamper kind "${chosen.tamper}": choose one of ${TAMPER_KINDS.join(', ')}.`);
  return runTamper({kind: chosen.tamper as TamperKind, json});
}

try {
  process.exit(await main());
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  process.stderr.write(`✗ ${error.message}\n`);
  process.exit(3);
}
