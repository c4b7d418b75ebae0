/**
 * Deploys the whole system on an L1 and an Arbitrum L2 (or a plain EVM chain standing in for it): `deployNetwork`.
 * Three blocks per chain: implementations, proxies, settings. Test tokens only: production lists tokens that exist.
 */
import {generateX25519Identity, identityToRecipient} from 'age-encryption';
import canonicalize from 'canonicalize';
import {type Address, encodeAbiParameters, getAddress, type Hex, keccak256, parseAbiParameters, parseEther, toHex, zeroAddress} from 'viem';
import type {Network, Rules, RulesCustody} from '../../protocol/src/types.ts';
import {Deployer} from './deployer.ts';

export type DeployOptions = {
  l1: {rpc: string; inbox: Address};
  l2: {rpc: string};
  deployerKey: Hex;
  /** May pause the custodies. */
  guardian: Address;
  /** Upgrades, roles, assets, rules; a timelock in production. */
  admin: Address;
  /** May propose epochs. */
  poster: Address;
  /** Seconds a settled root waits before it pays; 0 = pays at once. */
  disputeWindow: bigint;
  /** MAX_AGE of settlement, seconds. */
  maxAgeSeconds: number;
  eraEpochs: number;
  termSeconds: number;
  /** How long before its start a term may be fixed; default a day, at most half a term. */
  termLeadSeconds?: number;
  withdrawEvery: {l1: number; l2: number};
  /** Validators that must be registered before the first term can be fixed; default 1. */
  bootstrapValidators?: number;
  /** Base units of the stake token (18 decimals). */
  minimumStake?: bigint;
  /** Most weight one validator can have, base units of the stake token. */
  weightCap?: bigint;
  /** Counted from the end of the last term that may count the validator; default 14 days. */
  unbondingSeconds?: number;
  /** How long votes on a decided epoch still count; default MAX_AGE. */
  votePeriodSeconds?: number;
  /** `age1…` recipient that can open the log; without one an identity is made and returned. */
  auditor?: string;
  name?: string;
};

export type DeployResult = {
  network: Network;
  stakeToken: Address;
  tokens: {l1Usdc: Address; l2Usdc: Address};
  /** `AGE-SECRET-KEY-1…`, only when no auditor was given. */
  auditorIdentity?: string;
};

const ALIAS_OFFSET = BigInt('0x1111000000000000000000000000000000001111');
const FRAUD_WINDOW_SECONDS = 7 * 86_400;
const ETH_LOT = 1_000_000_000n;
const DEFAULT_ADMIN_ROLE: Hex = `0x${'00'.repeat(32)}`;

type Asset = {token: Address; symbol: string; decimals: number; lotSize: bigint};
/** Proxies of one chain, and the contract behind each. */
type Proxies = Readonly<Record<string, Address>>;

/** How an L1 contract appears as sender on Arbitrum. */
export function aliasOf(l1: Address): Address {
  return getAddress(toHex((BigInt(l1) + ALIAS_OFFSET) % (1n << 160n), {size: 20}));
}

/** The EIP-712 salt of a deployment: `keccak256(abi.encode("PofBS", l1ChainId, registry))`. */
export function saltOf(l1ChainId: number, registry: Address): Hex {
  return keccak256(encodeAbiParameters(parseAbiParameters('string, uint256, address'), ['PofBS', BigInt(l1ChainId), registry]));
}

/** `keccak256(JCS(rules))`. */
export function hashRules(rules: Rules): Hex {
  const text = canonicalize(rules);
  if (text === undefined) throw new Error('The rules cannot be written as canonical JSON.');
  return keccak256(toHex(text));
}

/** @throws Error in one sentence when a chain lacks BLS precompiles, a transaction fails or contracts are not compiled. */
export async function deployNetwork(options: DeployOptions): Promise<DeployResult> {
  const l1 = new Deployer(options.l1.rpc, options.deployerKey);
  const l2 = new Deployer(options.l2.rpc, options.deployerKey);
  const [at1, at2] = await Promise.all([l1.start(), l2.start()]);

  const onL1 = queueL1(l1, at1, options);
  const salt = saltOf(at1.chainId, onL1.proxies.ValidatorRegistry!);
  const onL2 = queueL2(l2, at2, options, {salt, writer: aliasOf(onL1.proxies.ValidatorRegistry!)});
  await Promise.all([onL1.deploy(), onL2.deploy()]);

  const l1Assets: Asset[] = [{token: onL1.usdc, symbol: 'USDC', decimals: 6, lotSize: 1n}];
  const l2Assets: Asset[] = [
    {token: zeroAddress, symbol: 'ETH', decimals: 18, lotSize: ETH_LOT},
    {token: onL2.usdc, symbol: 'USDC', decimals: 6, lotSize: 1n},
  ];
  const rules: Rules = {
    version: 1,
    l1ChainId: at1.chainId,
    registry: onL1.proxies.ValidatorRegistry!,
    settlementCurrency: 'USDC',
    maxAgeSeconds: options.maxAgeSeconds,
    eraEpochs: options.eraEpochs,
    custodies: [
      rulesOf(at1.chainId, onL1.proxies.Custody!, options.withdrawEvery.l1, l1Assets),
      rulesOf(at2.chainId, onL2.proxies.Custody!, options.withdrawEvery.l2, l2Assets),
    ].sort((a, b) => a.chainId - b.chainId),
  };
  const rulesHash = hashRules(rules);
  l1.call('ValidatorRegistry', onL1.proxies.ValidatorRegistry!, 'setBridge', [onL1.proxies.ValidatorSets, options.l1.inbox, onL2.proxies.ValidatorSets]);
  l2.call('EpochManager', onL2.proxies.EpochManager!, 'setRulesHash', [rulesHash]);
  await Promise.all([
    configure(l1, options, onL1.proxies, l1Assets, rulesHash),
    configure(l2, options, onL2.proxies, l2Assets, rulesHash),
  ]);

  const auditorIdentity = options.auditor === undefined ? await generateX25519Identity() : undefined;
  const network: Network = {
    name: options.name ?? 'local',
    l1: {
      chainId: at1.chainId, registry: onL1.proxies.ValidatorRegistry!, sets: onL1.proxies.ValidatorSets!, custody: onL1.proxies.Custody!,
      inbox: getAddress(options.l1.inbox), startBlock: at1.startBlock,
    },
    l2: {
      chainId: at2.chainId, epochManager: onL2.proxies.EpochManager!, sets: onL2.proxies.ValidatorSets!, custody: onL2.proxies.Custody!,
      startBlock: at2.startBlock,
    },
    rules,
    salt,
    auditor: auditorIdentity === undefined ? options.auditor! : await identityToRecipient(auditorIdentity),
  };
  return {network, stakeToken: onL1.stakeToken, tokens: {l1Usdc: onL1.usdc, l2Usdc: onL2.usdc}, auditorIdentity};
}

type ChainFacts = {chainId: number; isArbitrum: boolean};

/** Queues the L1 side; implementations name the proxies that the second block creates. */
function queueL1(l1: Deployer, {chainId, isArbitrum}: ChainFacts, options: DeployOptions) {
  const {maxAgeSeconds, termSeconds, disputeWindow} = options;
  // Creations below, in order: 2 tokens, the verifier, 3 implementations, 3 proxies.
  const [registry, sets, custody] = [6, 7, 8].map((ahead) => l1.nextAddress(ahead)) as [Address, Address, Address];
  const stakeToken = l1.create('TestToken', ['PofBS Stake', 'STAKE', 18]);
  const usdc = l1.create('TestToken', ['USD Coin', 'USDC', 6]);
  const verifier = l1.create('CertificateVerifier', [sets]);
  const registryCode = l1.create('ValidatorRegistry', [{
    stakeToken,
    minimumStake: options.minimumStake ?? parseEther('10'),
    weightCap: options.weightCap ?? parseEther('1000'),
    termSeconds,
    termLead: options.termLeadSeconds ?? Math.min(86_400, Math.floor(termSeconds / 2)),
    unbondingSeconds: options.unbondingSeconds ?? Math.max(14 * 86_400, maxAgeSeconds + FRAUD_WINDOW_SECONDS),
    maxAgeSeconds,
    fraudWindowSeconds: FRAUD_WINDOW_SECONDS,
    bootstrapValidators: options.bootstrapValidators ?? 1,
  }]);
  const setsCode = l1.create('ValidatorSets', [registry]);
  const custodyCode = l1.create('Custody', [verifier, saltOf(chainId, registry), maxAgeSeconds, disputeWindow, isArbitrum]);
  const deploy = async () => {
    await l1.flush();
    const deployer = l1.account.address;
    expectSame(registry, l1.proxy(registryCode, 'ValidatorRegistry', [deployer]));
    expectSame(sets, l1.proxy(setsCode, 'ValidatorSets', [deployer]));
    expectSame(custody, l1.proxy(custodyCode, 'Custody', [deployer, options.guardian]));
    await l1.flush();
  };
  const proxies: Proxies = {ValidatorRegistry: registry, ValidatorSets: sets, Custody: custody};
  return {stakeToken, usdc, proxies, deploy};
}

/** Queues the L2 side; it knows L1 only by the registry's alias. */
function queueL2(l2: Deployer, {isArbitrum}: ChainFacts, options: DeployOptions, {salt, writer}: {salt: Hex; writer: Address}) {
  const {maxAgeSeconds, disputeWindow, votePeriodSeconds} = options;
  // Creations below, in order: 1 token, the verifier, 3 implementations, 3 proxies.
  const [sets, epochManager, custody] = [5, 6, 7].map((ahead) => l2.nextAddress(ahead)) as [Address, Address, Address];
  const usdc = l2.create('TestToken', ['USD Coin', 'USDC', 6]);
  const verifier = l2.create('CertificateVerifier', [sets]);
  const setsCode = l2.create('ValidatorSets', [writer]);
  const managerCode = l2.create('EpochManager', [verifier, salt, votePeriodSeconds ?? maxAgeSeconds, writer]);
  const custodyCode = l2.create('Custody', [verifier, salt, maxAgeSeconds, disputeWindow, isArbitrum]);
  const deploy = async () => {
    await l2.flush();
    const deployer = l2.account.address;
    expectSame(sets, l2.proxy(setsCode, 'ValidatorSets', [deployer]));
    expectSame(epochManager, l2.proxy(managerCode, 'EpochManager', [deployer, options.poster]));
    expectSame(custody, l2.proxy(custodyCode, 'Custody', [deployer, options.guardian]));
    await l2.flush();
  };
  const proxies: Proxies = {ValidatorSets: sets, EpochManager: epochManager, Custody: custody};
  return {usdc, proxies, deploy};
}

/** Lists assets, sets the rules and hands every contract over to the admin; the deployer keeps nothing. */
async function configure(deployer: Deployer, {admin}: DeployOptions, proxies: Proxies, assets: readonly Asset[], rulesHash: Hex): Promise<void> {
  const custody = proxies.Custody!;
  for (const {token, lotSize} of assets) deployer.call('Custody', custody, 'listAsset', [token, lotSize]);
  deployer.call('Custody', custody, 'setRulesHash', [rulesHash]);
  const own = deployer.account.address;
  const isHandedOver = getAddress(admin) !== own;
  if (isHandedOver) {
    for (const [name, address] of Object.entries(proxies)) deployer.call(name, address, 'grantRole', [DEFAULT_ADMIN_ROLE, admin]);
  }
  await deployer.flush();
  if (!isHandedOver) return;
  for (const [name, address] of Object.entries(proxies)) deployer.call(name, address, 'renounceRole', [DEFAULT_ADMIN_ROLE, own]);
  await deployer.flush();
}

function rulesOf(chainId: number, custody: Address, withdrawEvery: number, assets: readonly Asset[]): RulesCustody {
  const tokens = [...assets].sort((a, b) => (BigInt(a.token) < BigInt(b.token) ? -1 : 1)).map(({token, symbol, decimals, lotSize}) => ({
    token, symbol, currency: symbol, decimals, lotSize: lotSize.toString(), withdrawalFeeLots: '0', withdrawalMinimumLots: '1',
  }));
  return {chainId, custody, withdrawEvery, tokens};
}

/** Addresses follow from the account's nonces: somebody else using the key meanwhile would break them. */
function expectSame(expected: Address, actual: Address): void {
  if (expected !== actual) throw new Error('Addresses moved during the deployment: is another program using the deployer key?');
}
