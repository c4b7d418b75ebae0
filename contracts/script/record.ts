/** `contracts/deployments/<chainId>.json`: what a deployment did on one chain, written before and after each batch so that a broken run resumes. */
import {existsSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {type Address, type Hex, keccak256, toHex} from 'viem';
import type {ChainPlan, ContractEntry} from './steps.ts';

export type DeploymentRecord = {
  chainId: number;
  label: string;
  deployer: Address;
  /** Last block before the first transaction: where events are read from. */
  startBlock: number;
  /** Binds the record to its plan: another plan must not go on here. */
  plan: Hex;
  complete: boolean;
  contracts: Record<string, ContractEntry>;
  /** Transaction by step, in the order sent; `found` when the chain had it done already. */
  steps: Record<string, Hex | 'found'>;
};

export const DEPLOYMENTS = path.resolve(import.meta.dirname, '../deployments');

/** Hash over everything a plan would send. */
export function hashOf({chainId, steps}: ChainPlan): Hex {
  return keccak256(toHex(JSON.stringify([chainId, ...steps.map(({id, to, data}) => [id, to, data])])));
}

export class RecordFile {
  readonly #file: string;

  constructor(folder: string, chainId: number) {
    this.#file = path.join(folder, `${chainId}.json`);
  }

  get path(): string {
    return this.#file;
  }

  read(): DeploymentRecord | undefined {
    return existsSync(this.#file) ? (JSON.parse(readFileSync(this.#file, 'utf8')) as DeploymentRecord) : undefined;
  }

  /** Whole or not at all: a run killed while writing leaves the previous text. */
  write(record: DeploymentRecord): void {
    mkdirSync(path.dirname(this.#file), {recursive: true});
    const next = `${this.#file}.next`;
    writeFileSync(next, `${JSON.stringify(record, null, 2)}\n`);
    renameSync(next, this.#file);
  }
}
