/** Expected failures of the validator: one sentence for people, one exit code for scripts (product page of the CLI). */
import {PobsError} from '@pobs/protocol';

export const Exit = {
  ok: 0, bug: 1, usage: 2, dependency: 3, invalid: 4, doubleVote: 5, key: 6, deadline: 7, funds: 8, interrupted: 130,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

export type ValidatorErrorData =
  | {code: 'CONFIG_INVALID'; detail: string}
  | {code: 'FILE_UNREADABLE'; path: string; detail: string}
  | {code: 'FILE_UNWRITABLE'; path: string; detail: string}
  | {code: 'FILE_EXPOSED'; path: string}
  | {code: 'PORT_UNUSABLE'; port: number; detail: string}
  | {code: 'KEYSTORE_MISSING'; path: string}
  | {code: 'KEYSTORE_AMBIGUOUS'; path: string}
  | {code: 'KEYSTORE_INVALID'; path: string; detail: string}
  | {code: 'PASSWORD_WRONG'; path: string}
  | {code: 'PASSWORD_MISSING'}
  | {code: 'PASSWORD_MISMATCH'}
  | {code: 'SIGNER_UNAVAILABLE'; url: string; detail: string}
  | {code: 'PROOF_INVALID'; path: string; detail: string}
  | {code: 'NOT_VALID'; epoch: string; rule: number}
  | {code: 'TOO_LATE'; epoch: string}
  | {code: 'UNDEAD'; epoch: string; undead: string}
  | {code: 'INCOMPLETE'; epoch: string; why: string}
  | {code: 'INTERCHANGE_INVALID'; path: string; detail: string}
  | {code: 'INTERCHANGE_FOREIGN'; path: string; what: string}
  | {code: 'DOPPELGANGER'; epoch: string}
  | {code: 'NOTHING_UNBONDING'; address: string}
  | {code: 'STILL_UNBONDING'; until: string}
  | {code: 'NOT_REGISTERED'; address: string}
  | {code: 'NOT_JAILED'; address: string; standing: string}
  | {code: 'EPOCH_UNKNOWN'; epoch: string}
  | {code: 'BLOCK_NOT_FINAL'; chainId: number; block: string}
  | {code: 'BYTES_UNAVAILABLE'; what: string; detail: string}
  | {code: 'MAPPING_UNAVAILABLE'; epoch: string; detail: string}
  | {code: 'DOUBLE_VOTE'; epoch: string; before: string; now: string}
  | {code: 'EPOCH_CLOSED'; epoch: string; why: string}
  | {code: 'JOURNAL_DAMAGED'; path: string; line: number}
  | {code: 'LOCKED'; path: string; pid: number}
  | {code: 'STAKE_TOO_LOW'; needed: string; held: string; address: string}
  | {code: 'NOT_A_MEMBER'; setId: number}
  | {code: 'EXIT_IMPOSSIBLE'; detail: string}
  | {code: 'NOT_CONFIRMED'; what: string}
  | {code: 'INTERRUPTED'};

const EXITS: Record<ValidatorErrorData['code'], Exit> = {
  CONFIG_INVALID: Exit.usage, FILE_UNREADABLE: Exit.usage, FILE_UNWRITABLE: Exit.usage, FILE_EXPOSED: Exit.key, PORT_UNUSABLE: Exit.usage,
  KEYSTORE_MISSING: Exit.key, KEYSTORE_AMBIGUOUS: Exit.key, KEYSTORE_INVALID: Exit.key, PASSWORD_WRONG: Exit.key,
  PASSWORD_MISSING: Exit.key, EPOCH_UNKNOWN: Exit.usage, BLOCK_NOT_FINAL: Exit.dependency, BYTES_UNAVAILABLE: Exit.dependency,
  MAPPING_UNAVAILABLE: Exit.dependency, DOUBLE_VOTE: Exit.doubleVote, EPOCH_CLOSED: Exit.doubleVote, JOURNAL_DAMAGED: Exit.doubleVote, LOCKED: Exit.doubleVote,
  PASSWORD_MISMATCH: Exit.key, SIGNER_UNAVAILABLE: Exit.key, PROOF_INVALID: Exit.usage, NOT_VALID: Exit.invalid, TOO_LATE: Exit.deadline,
  UNDEAD: Exit.dependency, INCOMPLETE: Exit.dependency, INTERCHANGE_INVALID: Exit.usage, INTERCHANGE_FOREIGN: Exit.usage, DOPPELGANGER: Exit.doubleVote,
  NOTHING_UNBONDING: Exit.usage, STILL_UNBONDING: Exit.dependency, NOT_REGISTERED: Exit.funds, NOT_JAILED: Exit.usage,
  STAKE_TOO_LOW: Exit.funds, NOT_A_MEMBER: Exit.funds, EXIT_IMPOSSIBLE: Exit.invalid, NOT_CONFIRMED: Exit.usage, INTERRUPTED: Exit.interrupted,
};

/** The message is one sentence: cause, then what to do. `retryable` means that the same call may succeed later. */
export class ValidatorError extends PobsError<ValidatorErrorData> {
  readonly exit: Exit;

  constructor(data: ValidatorErrorData, options?: ErrorOptions) {
    super(data, EXITS[data.code] === Exit.dependency || data.code === 'SIGNER_UNAVAILABLE', options);
    this.message = sentence(data);
    this.exit = EXITS[data.code];
  }
}

function sentence(data: ValidatorErrorData): string {
  switch (data.code) {
    case 'CONFIG_INVALID': return `Cannot use the settings: ${data.detail}.`;
    case 'FILE_UNREADABLE': return `Cannot read ${data.path} (${data.detail}): check the path.`;
    case 'FILE_UNWRITABLE': return `Cannot write ${data.path} (${data.detail}): choose another path.`;
    case 'FILE_EXPOSED': return `${data.path} holds a secret but others may read it: run chmod 600 on it.`;
    case 'PORT_UNUSABLE': return `Cannot listen on port ${data.port} (${data.detail}): choose another with --health-port.`;
    case 'KEYSTORE_MISSING': return `There is no key at ${data.path}: run pobs-validator init, or name one with --keystore or --gas-key-file.`;
    case 'KEYSTORE_AMBIGUOUS': return `${data.path} holds several keystores: choose one with --keystore.`;
    case 'KEYSTORE_INVALID': return `${data.path} is no usable key (${data.detail}): restore it from a backup.`;
    case 'PASSWORD_WRONG': return `The password does not open ${data.path}: check --password-file.`;
    case 'PASSWORD_MISSING': return 'A password is needed: give a file with --password-file, or run in a terminal to type it.';
    case 'PASSWORD_MISMATCH': return 'The two passwords differ: nothing was written, try again.';
    case 'SIGNER_UNAVAILABLE': return `The remote signer at ${data.url} did not sign (${data.detail}): check --external-signer-url and that it holds this key.`;
    case 'PROOF_INVALID': return `${data.path} is no inclusion proof of this network (${data.detail}): export it again.`;
    case 'NOT_VALID': return `Refused to approve: epoch ${data.epoch} breaks V${data.rule}; see pobs-validator verify ${data.epoch}.`;
    case 'TOO_LATE': return `Epoch ${data.epoch} is older than MAX_AGE or superseded: no vote counts any more.`;
    case 'UNDEAD': return `Epoch ${data.undead} before epoch ${data.epoch} may still be decided: vote once it is approved or dead.`;
    case 'INCOMPLETE': return `Refused to approve: epoch ${data.epoch} could not be judged whole. ${data.why}`;
    case 'INTERCHANGE_INVALID': return `${data.path} is no signing history of format pofbs-signing-journal 1 (${data.detail}): export it again.`;
    case 'INTERCHANGE_FOREIGN': return `${data.path} is the signing history of another ${data.what}: nothing was imported.`;
    case 'DOPPELGANGER': return `The chain shows a vote of this key on epoch ${data.epoch} that the signing journal does not know: stop the other signer, or bring its history with protection import.`;
    case 'NOTHING_UNBONDING': return `${data.address} has no stake to withdraw: run pobs-validator stake exit first.`;
    case 'STILL_UNBONDING': return `The stake is unbonding until ${data.until}: withdraw it then.`;
    case 'NOT_REGISTERED': return `${data.address} holds no seat: run pobs-validator stake deposit first.`;
    case 'NOT_JAILED': return `${data.address} is not in jail but ${data.standing}: there is nothing to do.`;
    case 'EPOCH_UNKNOWN': return `Epoch ${data.epoch} was never proposed: check the number and the network file.`;
    case 'BLOCK_NOT_FINAL': return `Chain ${data.chainId} has not finalised block ${data.block} yet: wait, or check that its RPC is in sync.`;
    case 'BYTES_UNAVAILABLE': return `Cannot get ${data.what} (${data.detail}): check --storage.`;
    case 'MAPPING_UNAVAILABLE': return `Cannot get the mapping of epoch ${data.epoch} (${data.detail}): check --mapping-url.`;
    case 'DOUBLE_VOTE': return `Refused to sign: epoch ${data.epoch} already has this validator's vote ${data.before}, not ${data.now}.`;
    case 'EPOCH_CLOSED': return `Refused to sign on epoch ${data.epoch}: ${data.why}.`;
    case 'JOURNAL_DAMAGED': return `${data.path} is damaged at line ${data.line}: restore it before voting, or every earlier vote is forgotten.`;
    case 'LOCKED': return `Another validator (process ${data.pid}) uses ${data.path}: stop it first, two signers risk a double vote.`;
    case 'STAKE_TOO_LOW': return `${data.address} holds ${data.held} of the ${data.needed} stake tokens needed (base units): send it more.`;
    case 'NOT_A_MEMBER': return `This key has no seat in validator set ${data.setId}: deposit stake and wait for the next term.`;
    case 'EXIT_IMPOSSIBLE': return `${data.detail}.`;
    case 'NOT_CONFIRMED': return `${data.what} needs --yes when nobody can be asked.`;
    case 'INTERRUPTED': return 'Interrupted: nothing was done.';
  }
}
