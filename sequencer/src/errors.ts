import {PobsError, type RuleNumber, type Violation} from '@pobs/protocol';
import type {Hex} from 'viem';

export type SequencerErrorData =
  | {code: 'CONFIG_INVALID'; detail: string}
  | {code: 'KEY_FILE'; detail: string}
  | {code: 'DATABASE_UNREACHABLE'; detail: string}
  | {code: 'DATABASE_MIGRATION'; name: string; detail: string}
  | {code: 'DATABASE_FOREIGN'; detail: string}
  | {code: 'ALREADY_RUNNING'}
  | {code: 'PORT_IN_USE'; port: number}
  | {code: 'ENGINE_UNREACHABLE'; url: string; detail: string}
  | {code: 'ENGINE_REFUSED'; path: string; status: number; detail: string}
  | {code: 'BUILD_REFUSED'; epoch: bigint; violations: readonly Violation[]}
  | {code: 'EPOCH_FOREIGN'; epoch: bigint; onChain: Hex; ours: Hex | undefined}
  | {code: 'EPOCH_UNKNOWN'; epoch: bigint}
  | {code: 'FILES_MISSING'; epoch: bigint}
  | {code: 'NO_TERM'; detail: string}
  | {code: 'CLOCK_STANDS'; time: bigint}
  | {code: 'TERM_NOT_SENT'; setId: number; status: string};

const RETRYABLE: readonly SequencerErrorData['code'][] = ['ENGINE_UNREACHABLE', 'NO_TERM', 'TERM_NOT_SENT', 'CLOCK_STANDS'];

/** The message is one sentence for people. */
export class SequencerError extends PobsError<SequencerErrorData> {
  constructor(data: SequencerErrorData, options?: ErrorOptions) {
    super(data, RETRYABLE.includes(data.code) || (data.code === 'ENGINE_REFUSED' && (data.status >= 500 || data.status === 429)), options);
    this.message = sentence(data);
  }
}

const ruleName = (rule: RuleNumber): string => `V${rule}`;

function sentence(data: SequencerErrorData): string {
  switch (data.code) {
    case 'CONFIG_INVALID':
    case 'KEY_FILE':
    case 'NO_TERM':
      return `${data.detail}.`;
    case 'DATABASE_UNREACHABLE':
      return `PostgreSQL cannot be used (${data.detail}): check --database-url and that the server runs.`;
    case 'DATABASE_MIGRATION':
      return `Migration ${data.name} of schema sequencer failed: ${data.detail}.`;
    case 'DATABASE_FOREIGN':
      return `This database belongs to another network (${data.detail}): use the right one, or a fresh one.`;
    case 'ALREADY_RUNNING':
      return 'Another sequencer runs on this database: stop it first.';
    case 'PORT_IN_USE':
      return `Port ${data.port} is in use: stop the program that holds it or choose another --port.`;
    case 'ENGINE_UNREACHABLE':
      return `The engine at ${data.url} does not answer (${data.detail}): check --engine-url and that it runs.`;
    case 'ENGINE_REFUSED':
      return `The engine refused ${data.path} (${data.status}): ${data.detail}.`;
    case 'BUILD_REFUSED':
      return `Epoch ${data.epoch} was not built, its books break ${data.violations.map(({rule, detail}) => `${ruleName(rule)} (${detail})`).join(', ')}.`;
    case 'EPOCH_FOREIGN':
      return `Epoch ${data.epoch} is already proposed as ${data.onChain}, but the books here give ${data.ours ?? 'nothing'}: use the data folder that proposed it.`;
    case 'EPOCH_UNKNOWN':
      return `There is no epoch ${data.epoch}.`;
    case 'FILES_MISSING':
      return `The files of epoch ${data.epoch} are not in the data folder: use the folder that built it.`;
    case 'CLOCK_STANDS':
      return `L2 has no block later than ${data.time} yet.`;
    case 'TERM_NOT_SENT':
      return `Validator set ${data.setId} is not on L2 yet (ticket ${data.status}).`;
  }
}
