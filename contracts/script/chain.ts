/** What a deployment asks of a chain; nothing here needs a key. */
import {type Address, createPublicClient, getAddress, type Hex, http, keccak256, type PublicClient} from 'viem';
import {artifact, functionOf, hasFunction} from './artifacts.ts';
import {type Check, type ContractEntry, CREATE2_DEPLOYER, type RoleHolders} from './steps.ts';
import {placeOf, valueAt} from './storage-slots.ts';

const G1_ADD: Address = '0x000000000000000000000000000000000000000b';
const ARB_SYS: Address = '0x0000000000000000000000000000000000000064';
/** ERC-1967: `keccak256("eip1967.proxy.implementation") - 1`. */
const IMPLEMENTATION_SLOT: Hex = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
const LOG_BLOCKS_MAX = 10_000n;
const DEFAULT_ADMIN_ROLE: Hex = `0x${'00'.repeat(32)}`;

export type ChainFacts = {chainId: number; block: bigint; isArbitrum: boolean; hasBls: boolean; hasCreate2: boolean};
export type Finding = {what: string; expected: string; found: string; ok: boolean};

export class Chain {
  readonly client: PublicClient;

  constructor(readonly rpc: string) {
    this.client = createPublicClient({transport: http(rpc, {timeout: 30_000, batch: {batchSize: 50}}), pollingInterval: 50});
  }

  /** @throws Error in one sentence when the node cannot be reached. */
  async facts(): Promise<ChainFacts> {
    let chainId: number;
    try {
      chainId = await this.client.getChainId();
    } catch (cause) {
      throw new Error(`No answer from ${this.rpc}: is it an Ethereum RPC, and reachable?`, {cause});
    }
    const [block, sum, arbSys, create2] = await Promise.all([
      this.client.getBlockNumber(),
      // The sum of two points at infinity: any implementation of EIP-2537 answers, a missing one returns nothing.
      this.client.call({to: G1_ADD, data: `0x${'00'.repeat(256)}`}).catch(() => ({data: undefined})),
      this.client.getCode({address: ARB_SYS}),
      this.client.getCode({address: CREATE2_DEPLOYER}),
    ]);
    return {chainId, block, isArbitrum: hasCode(arbSys), hasBls: sum.data === `0x${'00'.repeat(128)}`, hasCreate2: hasCode(create2)};
  }

  async holds(check: Check): Promise<boolean> {
    return (await this.find(check)).ok;
  }

  async find(check: Check): Promise<Finding> {
    const where = `${check.contract} ${check.address}`;
    switch (check.kind) {
      case 'code': {
        const problem = await this.#codeProblem(check.contract, check.address);
        return {what: `${where} code`, expected: `as compiled`, found: problem ?? 'as compiled', ok: problem === undefined};
      }
      case 'implementation': {
        const word = await this.client.getStorageAt({address: check.address, slot: IMPLEMENTATION_SLOT});
        const found = getAddress(`0x${(word ?? '0x').slice(2).padStart(64, '0').slice(24)}`);
        return finding(`${where} implementation`, check.expected, found);
      }
      case 'storage': {
        const place = placeOf(check.namespace, check.member);
        const word = await this.client.getStorageAt({address: check.address, slot: place.slot});
        return finding(`${where} ${check.namespace}.${check.member}`, check.expected, valueAt(word ?? '0x0', place));
      }
      case 'read': {
        const what = `${where} ${check.functionName}(${check.args.map(show).join(', ')})${check.pick ? `.${check.pick}` : ''}`;
        let found: unknown;
        try {
          found = await this.client.readContract({abi: [functionOf(check.contract, check.functionName)], address: check.address, functionName: check.functionName, args: check.args as unknown[]});
        } catch (error) {
          return {what, expected: show(check.expected), found: error instanceof Error ? error.message.split('\n')[0]! : String(error), ok: false};
        }
        return finding(what, check.expected, check.pick === undefined ? found : (found as Record<string, unknown>)[check.pick]);
      }
    }
  }

  /** Everybody who holds a role, from the events since `fromBlock`. */
  async holders({contract, address, role}: RoleHolders, fromBlock: bigint): Promise<Address[]> {
    const id = role === 'DEFAULT_ADMIN_ROLE'
      ? DEFAULT_ADMIN_ROLE
      : (await this.client.readContract({abi: artifact(contract).abi, address, functionName: role})) as Hex;
    return [...(await this.#roles(address, fromBlock)).get(id) ?? []].sort();
  }

  /** Roles that somebody holds though the plan names none. */
  async unplannedRoles({name, address}: ContractEntry, planned: readonly RoleHolders[], fromBlock: bigint): Promise<Finding[]> {
    // Modules carry the functions of a role-bearing contract, but no state of their own.
    if (!hasFunction(name, 'hasRole')) return [];
    const known = new Set(await Promise.all(planned.filter((entry) => entry.address === address).map(async ({role}) =>
      role === 'DEFAULT_ADMIN_ROLE' ? DEFAULT_ADMIN_ROLE : (await this.client.readContract({abi: artifact(name).abi, address, functionName: role})) as Hex)));
    return [...await this.#roles(address, fromBlock)].filter(([id, holders]) => !known.has(id) && holders.size > 0)
      .map(([id, holders]) => ({what: `${name} ${address} role ${id}`, expected: 'nobody', found: [...holders].join(', '), ok: false}));
  }

  async #roles(address: Address, fromBlock: bigint): Promise<Map<Hex, Set<Address>>> {
    const roles = new Map<Hex, Set<Address>>();
    const head = await this.client.getBlockNumber();
    for (let from = fromBlock; from <= head; from += LOG_BLOCKS_MAX) {
      const to = from + LOG_BLOCKS_MAX - 1n < head ? from + LOG_BLOCKS_MAX - 1n : head;
      for (const {args, eventName} of await this.client.getLogs({address, events: ROLE_EVENTS, fromBlock: from, toBlock: to, strict: true})) {
        const holders = roles.get(args.role) ?? new Set();
        roles.set(args.role, holders);
        if (eventName === 'RoleGranted') holders.add(getAddress(args.account));
        else holders.delete(getAddress(args.account));
      }
    }
    return roles;
  }

  /** Compares with what forge compiled, leaving out what the constructor fills in. @returns undefined when equal. */
  async #codeProblem(contract: string, address: Address): Promise<string | undefined> {
    const code = await this.client.getCode({address});
    if (!hasCode(code)) return 'no code';
    const {deployedBytecode, immutables} = artifact(contract);
    const blank = (hex: Hex) => {
      let text = hex.slice(2);
      for (const {start, length} of immutables) text = text.slice(0, 2 * start) + '0'.repeat(2 * length) + text.slice(2 * (start + length));
      return text;
    };
    if (blank(code!) === blank(deployedBytecode)) return undefined;
    return `other code, keccak256 ${keccak256(code!)}`;
  }
}

const ROLE_EVENTS = [
  {type: 'event', name: 'RoleGranted', inputs: [{name: 'role', type: 'bytes32', indexed: true}, {name: 'account', type: 'address', indexed: true}, {name: 'sender', type: 'address', indexed: true}]},
  {type: 'event', name: 'RoleRevoked', inputs: [{name: 'role', type: 'bytes32', indexed: true}, {name: 'account', type: 'address', indexed: true}, {name: 'sender', type: 'address', indexed: true}]},
] as const;

const hasCode = (code: Hex | undefined): boolean => code !== undefined && code !== '0x';

export const show = (value: unknown): string =>
  typeof value === 'bigint' ? value.toString() : typeof value === 'string' ? value : JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));

/** Numbers of either kind are compared as numbers, addresses and bytes without their letter case. */
function finding(what: string, expected: unknown, found: unknown): Finding {
  const isNumber = (value: unknown) => typeof value === 'bigint' || typeof value === 'number';
  const ok = isNumber(expected) && isNumber(found)
    ? BigInt(expected as bigint) === BigInt(found as bigint)
    : show(expected).toLowerCase() === show(found).toLowerCase();
  return {what, expected: show(expected), found: show(found), ok};
}
