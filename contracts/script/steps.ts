/** What a deployment does on one chain, as data: steps that can be checked, repeated and printed before anything is sent. */
import {type Address, concat, encodeAbiParameters, encodeDeployData, encodeFunctionData, getAddress, getContractAddress, type Hex, keccak256, parseAbiParameters} from 'viem';
import {artifact, constructorArguments, functionArguments, functionOf, hasFunction, type Named} from './artifacts.ts';

/** Deployed at this address on every chain of note, without a key. */
export const CREATE2_DEPLOYER: Address = '0x4e59b44847b379578588920cA78FbF26c0B4956C';

/** A fact on chain. */
export type Check =
  | {kind: 'code'; contract: string; address: Address}
  | {kind: 'implementation'; contract: string; address: Address; expected: Address}
  | {kind: 'read'; contract: string; address: Address; functionName: string; args: readonly unknown[]; expected: unknown; pick?: string}
  | {kind: 'storage'; contract: string; address: Address; namespace: string; member: string; expected: bigint};

/** What a call makes true, seen by a getter (one field of it with `pick`) or in storage. */
export type Outcome =
  | {functionName: string; args?: readonly unknown[]; expected: unknown; pick?: string}
  | {namespace: string; member: string; expected: bigint};

/** A call that only the admin may make once the deployment is handed over: printed with its data, for the timelock. */
export type Later = {contract: string; to: Address; functionName: string; data: Hex};

export type Step = {
  /** Unique on its chain; in the record and in messages. */
  id: string;
  /** Steps of one phase do not need each other and go out together. */
  phase: number;
  to: Address;
  data: Hex;
  /** True once the step has been done: a broken run goes on after it. */
  done: Check;
};

export type ContractEntry = {name: string; address: Address; implementation?: Address};

export type ChainPlan = {
  chainId: number;
  contracts: Readonly<Record<string, ContractEntry>>;
  steps: readonly Step[];
  /** Facts beyond those of the steps: immutables and settings that must hold at the end. */
  expectations: readonly Check[];
  /** Addresses that must hold exactly these roles, by contract and role name. */
  roles: readonly RoleHolders[];
  later: readonly Later[];
};

export type RoleHolders = {contract: string; address: Address; role: string; holders: readonly Address[]};

/** Builds one chain's plan; addresses are known as soon as something is named. */
export class ChainBuilder {
  readonly chainId: number;
  readonly #label: string;
  readonly #deployer: Address;
  readonly #steps: Step[] = [];
  readonly #contracts: Record<string, ContractEntry> = {};
  readonly #expectations: Check[] = [];
  readonly #roles: RoleHolders[] = [];
  readonly #later: Later[] = [];
  readonly #phaseOf = new Map<string, number>();

  constructor({chainId, label, deployer}: {chainId: number; label: string; deployer: Address}) {
    this.chainId = chainId;
    this.#label = label;
    this.#deployer = deployer;
  }

  /** Address of a proxy: it follows from label, chain, name and deployer. */
  proxyAddress(name: string): Address {
    return this.#create2(`${name} proxy`, this.#proxyCode());
  }

  /** Address of a plain contract with these arguments. */
  addressOf(name: string, values: Named, as = name): Address {
    return this.#create2(as, this.#initCode(name, values));
  }

  /** Plans a plain contract. @param after - Names of contracts its constructor calls. */
  create(name: string, values: Named, {as = name, after = []}: {as?: string; after?: readonly string[]} = {}): Address {
    const address = this.addressOf(name, values, as);
    const id = `create ${as}`;
    this.#push({id, after: after.map((other) => this.#readyId(other)), to: CREATE2_DEPLOYER, data: concat([this.#salt(as), this.#initCode(name, values)]), done: {kind: 'code', contract: name, address}});
    this.#contracts[as] = {name, address};
    this.#expectImmutables(name, address, values);
    return address;
  }

  /** Plans a proxy, its implementation, and the call that initialises it. @param after - Names of contracts the implementation's constructor calls. */
  proxy(name: string, values: Named, {after = []}: {after?: readonly string[]} = {}): Address {
    const address = this.proxyAddress(name);
    if (this.#contracts.ProxySeed === undefined) this.create('ProxySeed', {deployer: this.#deployer});
    this.#push({id: `create ${name} proxy`, after: ['create ProxySeed'], to: CREATE2_DEPLOYER, data: concat([this.#salt(`${name} proxy`), this.#proxyCode()]), done: {kind: 'code', contract: 'ERC1967Proxy', address}});
    const implementation = this.create(name, values, {as: `${name} implementation`, after});
    const {abi} = artifact(name);
    const initialize = encodeFunctionData({abi, functionName: 'initialize', args: functionArguments(name, 'initialize', values)});
    this.#push({
      id: `initialize ${name}`, after: [`create ${name} proxy`, `create ${name} implementation`], to: address,
      data: encodeFunctionData({abi: artifact('ProxySeed').abi, functionName: 'upgradeToAndCall', args: [implementation, initialize]}),
      done: {kind: 'implementation', contract: name, address, expected: implementation},
    });
    this.#contracts[name] = {name, address, implementation};
    return address;
  }

  /**
   * Plans a call.
   *
   * @param values - Arguments by name.
   * @param outcome - What tells that it was made; also checked when reading back, unless a later step undoes it (`passing`).
   * @param afterSteps - Ids of steps to wait for besides.
   */
  call(contract: string, functionName: string, values: Named, outcome: Outcome, {id = `${contract}.${functionName}`, after = [], passing = false, afterSteps = []}: {id?: string; after?: readonly string[]; passing?: boolean; afterSteps?: readonly string[]} = {}): void {
    const {name, address} = this.entry(contract);
    const done = this.#checkOf(contract, outcome);
    const data = encodeFunctionData({abi: [functionOf(name, functionName)], functionName, args: functionArguments(name, functionName, values)});
    this.#push({id, after: [this.#readyId(contract), ...after.map((other) => this.#readyId(other)), ...afterSteps], to: address, data, done});
    if (!passing) this.#expectations.push(done);
  }

  /** A call for the timelock, after the deployment. */
  later(contract: string, functionName: string, values: Named): void {
    const {name, address} = this.entry(contract);
    const data = encodeFunctionData({abi: [functionOf(name, functionName)], functionName, args: functionArguments(name, functionName, values)});
    this.#later.push({contract, to: address, functionName, data});
  }

  /** A fact that no call of this chain makes true by itself. */
  expect(contract: string, outcome: Outcome): void {
    this.#expectations.push(this.#checkOf(contract, outcome));
  }

  #checkOf(contract: string, outcome: Outcome): Check {
    const {name, address} = this.entry(contract);
    return 'member' in outcome
      ? {kind: 'storage', contract: name, address, ...outcome}
      : {kind: 'read', contract: name, address, args: [], ...outcome};
  }

  /** A contract that the implementation of another creates in its constructor, and the getter that names it. */
  createdBy(contract: string, name: string, getter: string): void {
    const {name: creator, implementation, address} = this.entry(contract);
    const child = getContractAddress({from: implementation ?? address, nonce: 1n});
    this.#contracts[name] = {name, address: child};
    this.#expectations.push({kind: 'code', contract: name, address: child}, {kind: 'read', contract: creator, address, functionName: getter, args: [], expected: child});
  }

  roleHolders(contract: string, role: string, holders: readonly Address[]): void {
    const {name, address} = this.entry(contract);
    this.#roles.push({contract: name, address, role, holders: holders.map((holder) => getAddress(holder))});
  }

  has(contract: string): boolean {
    return contract in this.#contracts;
  }

  entry(contract: string): ContractEntry {
    const found = this.#contracts[contract];
    if (found === undefined) throw new Error(`The plan of chain ${this.chainId} has no ${contract}.`);
    return found;
  }

  build(): ChainPlan {
    return {chainId: this.chainId, contracts: this.#contracts, steps: this.#steps, expectations: this.#expectations, roles: this.#roles, later: this.#later};
  }

  #push({after, ...step}: Omit<Step, 'phase'> & {after: readonly string[]}): void {
    if (this.#phaseOf.has(step.id)) throw new Error(`The plan of chain ${this.chainId} has two steps "${step.id}".`);
    const phase = after.reduce((latest, id) => Math.max(latest, this.#phaseAfter(id)), 0);
    this.#phaseOf.set(step.id, phase);
    this.#steps.push({...step, phase});
  }

  #phaseAfter(id: string): number {
    const phase = this.#phaseOf.get(id);
    if (phase === undefined) throw new Error(`The plan of chain ${this.chainId} has no step "${id}" to wait for.`);
    return phase + 1;
  }

  /** The step after which a contract can be used. */
  #readyId(contract: string): string {
    return this.#phaseOf.has(`initialize ${contract}`) ? `initialize ${contract}` : `create ${contract}`;
  }

  /** Chain and label are in the salt: no address of one chain or deployment means anything on another. */
  #salt(as: string): Hex {
    return keccak256(encodeAbiParameters(parseAbiParameters('string, uint256, string'), [this.#label, BigInt(this.chainId), as]));
  }

  #create2(as: string, bytecode: Hex): Address {
    return getContractAddress({opcode: 'CREATE2', from: CREATE2_DEPLOYER, salt: this.#salt(as), bytecode});
  }

  #initCode(name: string, values: Named): Hex {
    const {abi, bytecode} = artifact(name);
    return encodeDeployData({abi, bytecode, args: constructorArguments(name, values)});
  }

  #proxyCode(): Hex {
    const seed = this.addressOf('ProxySeed', {deployer: this.#deployer});
    return this.#initCode('ERC1967Proxy', {implementation: seed, _data: encodeFunctionData({abi: artifact('ProxySeed').abi, functionName: 'hold'})});
  }

  /** `maxAge` stands in `MAX_AGE()`: whatever a constructor keeps under its own name is read back. */
  #expectImmutables(name: string, address: Address, values: Named): void {
    const inputs = artifact(name).abi.find((item) => item.type === 'constructor')?.inputs ?? [];
    const leaves = inputs.flatMap((input) => ('components' in input ? [...input.components] : [input]));
    for (const {name: argument = ''} of leaves) {
      const getter = argument.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
      if (argument in values && hasFunction(name, getter)) this.#expectations.push({kind: 'read', contract: name, address, functionName: getter, args: [], expected: values[argument]});
    }
  }
}
