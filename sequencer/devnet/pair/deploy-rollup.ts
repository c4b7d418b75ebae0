import {keccak256, parseEventLogs, toHex, zeroAddress, type Address, type Log} from 'viem';
import {rollupCreatorEvents} from './abi.ts';
import {nitroArtifact, reader4844, upgradeExecutorArtifact} from './artifacts.ts';
import {Deployer} from './deployer.ts';
import {ZERO32} from './encoding.ts';
import type {Rpc} from './rpc.ts';

/** Addresses on L1 of the chain that the L2 posts to. */
export type RollupAddresses = {
  rollup: Address;
  inbox: Address;
  bridge: Address;
  outbox: Address;
  sequencerInbox: Address;
  upgradeExecutor: Address;
  stakeToken: Address;
  /** L1 block of the rollup's creation. */
  creationBlock: string;
};

type RollupOptions = {
  deployer: Address;
  /** Batch poster and fast confirmer: may create and confirm an assertion in one call, without stake. */
  relay: Address;
  validator: Address;
  l2ChainId: number;
};

const DATA_BYTES_MAX = 117_964n;
const CONFIRM_PERIOD_BLOCKS = 20n;

/** Deploys the whole BoLD stack through `RollupCreator`, as on a public network: 28 transactions. */
export async function deployRollup(rpc: Rpc, options: RollupOptions): Promise<RollupAddresses> {
  const deployer = await Deployer.open(rpc, options.deployer);
  const {creator, stakeToken} = queueTemplates(deployer, options.deployer);
  const creatorAbi = nitroArtifact('src/rollup/RollupCreator').abi;
  deployer.call('createRollup', creator, creatorAbi, 'createRollup', [rollupParams(options, stakeToken)]);
  const receipts = await deployer.flush();
  const receipt = receipts[receipts.length - 1];
  if (receipt === undefined) throw new Error('createRollup has no receipt');
  const logs = receipt.logs as unknown as Log[];
  const [created] = parseEventLogs({abi: rollupCreatorEvents, logs, eventName: 'RollupCreated'});
  if (created === undefined) throw new Error('createRollup emitted no RollupCreated event');
  const {rollupAddress, inboxAddress, bridge, outbox, sequencerInbox, upgradeExecutor} = created.args;
  return {
    rollup: rollupAddress,
    inbox: inboxAddress,
    bridge,
    outbox,
    sequencerInbox,
    upgradeExecutor,
    stakeToken,
    creationBlock: BigInt(receipt.blockNumber).toString(),
  };
}

function queueTemplates(deployer: Deployer, owner: Address): {creator: Address; stakeToken: Address} {
  const create = (source: string, args: readonly unknown[] = []): Address =>
    deployer.create(source, nitroArtifact(source), args);
  const reader = deployer.createRaw('Reader4844', reader4844());
  const templates = (erc20: boolean): Record<string, Address> => {
    const prefix = erc20 ? 'ERC20' : '';
    return {
      bridge: create(`src/bridge/${prefix}Bridge`),
      sequencerInbox: create('src/bridge/SequencerInbox', [DATA_BYTES_MAX, reader, erc20, false]),
      delayBufferableSequencerInbox: create('src/bridge/SequencerInbox', [DATA_BYTES_MAX, reader, erc20, true]),
      inbox: create(`src/bridge/${prefix}Inbox`, [DATA_BYTES_MAX]),
      rollupEventInbox: create(`src/rollup/${prefix}RollupEventInbox`),
      outbox: create(`src/bridge/${prefix}Outbox`),
    };
  };
  const bridgeCreator = create('src/rollup/BridgeCreator', [templates(false), templates(true)]);
  const oneStepProof = create('src/osp/OneStepProofEntry', [
    create('src/osp/OneStepProver0'),
    create('src/osp/OneStepProverMemory'),
    create('src/osp/OneStepProverMath'),
    create('src/osp/OneStepProverHostIo', [zeroAddress]),
  ]);
  const stakeToken = create('src/mocks/TestWETH9', ['Wrapped Ether', 'WETH']);
  const creator = create('src/rollup/RollupCreator', [
    owner,
    bridgeCreator,
    oneStepProof,
    create('src/challengeV2/EdgeChallengeManager'),
    create('src/rollup/RollupAdminLogic'),
    create('src/rollup/RollupUserLogic'),
    deployer.create('UpgradeExecutor', upgradeExecutorArtifact()),
    create('src/rollup/ValidatorWalletCreator'),
    create('src/rollup/DeployHelper'),
  ]);
  return {creator, stakeToken};
}

function rollupParams(options: RollupOptions, stakeToken: Address): Record<string, unknown> {
  const {deployer, relay, validator, l2ChainId} = options;
  const config = {
    confirmPeriodBlocks: CONFIRM_PERIOD_BLOCKS,
    stakeToken,
    baseStake: 10n ** 18n,
    wasmModuleRoot: keccak256(toHex('emulated chain: no wasm module')),
    owner: deployer,
    loserStakeEscrow: deployer,
    chainId: BigInt(l2ChainId),
    chainConfig: chainConfig(l2ChainId, deployer),
    minimumAssertionPeriod: 1n,
    validatorAfkBlocks: 201_600n,
    miniStakeValues: [10n ** 18n, 10n ** 17n, 10n ** 16n],
    sequencerInboxMaxTimeVariation: {
      delayBlocks: 5760n,
      futureBlocks: 12n,
      delaySeconds: 86_400n,
      futureSeconds: 3600n,
    },
    layerZeroBlockEdgeHeight: 32n,
    layerZeroBigStepEdgeHeight: 32n,
    layerZeroSmallStepEdgeHeight: 32n,
    genesisAssertionState: {
      globalState: {bytes32Vals: [ZERO32, ZERO32], u64Vals: [0n, 0n]},
      machineStatus: 1,
      endHistoryRoot: ZERO32,
    },
    genesisInboxCount: 0n,
    anyTrustFastConfirmer: relay,
    numBigStepLevel: 1,
    challengeGracePeriodBlocks: 1n,
    bufferConfig: {threshold: 0n, max: 0n, replenishRateInBasis: 0n},
    dataCostEstimate: 0n,
  };
  return {
    config,
    validators: [validator],
    maxDataSize: DATA_BYTES_MAX,
    nativeToken: zeroAddress,
    deployFactoriesToL2: false,
    maxFeePerGasForRetryables: 10n ** 8n,
    batchPosters: [relay],
    batchPosterManager: relay,
    feeTokenPricer: zeroAddress,
    customOsp: zeroAddress,
  };
}

/** What the chain's first inbox message declares; no node of ours reads it. */
function chainConfig(chainId: number, owner: Address): string {
  const forks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg', 'istanbul'];
  const laterForks = ['muirGlacier', 'berlin', 'london'];
  return JSON.stringify({
    chainId,
    daoForkSupport: true,
    ...Object.fromEntries([...forks, ...laterForks].map((fork) => [`${fork}Block`, 0])),
    clique: {period: 0, epoch: 0},
    arbitrum: {
      EnableArbOS: true,
      AllowDebugPrecompiles: true,
      DataAvailabilityCommittee: false,
      InitialArbOSVersion: 51,
      InitialChainOwner: owner,
      GenesisBlockNum: 0,
    },
  });
}
