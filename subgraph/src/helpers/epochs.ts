import { BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts'
import {
  EpochProposed,
  EpochProposedLinesAssetsStruct,
  EpochProposedLinesStruct,
} from '../../generated/EpochManager/EpochManager'
import { Epoch, EpochAsset, EpochLine, EpochSpan } from '../../generated/schema'
import { childId, epochId, setId } from '../ids'
import { loadProtocol } from './protocol'

export function proposeEpoch(event: EpochProposed): void {
  const summary = event.params.summary
  const epoch = new Epoch(epochId(event.params.epoch))
  epoch.number = event.params.epoch
  epoch.status = 'PROPOSED'
  epoch.digest = event.params.digest
  epoch.snapshotTime = summary.snapshotTime
  epoch.setId = summary.setId
  epoch.parent = summary.parent
  epoch.linesRoot = summary.linesRoot
  epoch.lineCount = summary.lineCount
  epoch.snapshotCid = summary.snapshotCid
  epoch.mappingHash = summary.mappingHash
  epoch.logRoot = summary.logRoot
  epoch.journalHead = summary.journalHead
  epoch.rulesHash = summary.rulesHash
  epoch.proposer = event.transaction.from
  epoch.proposedTx = event.transaction.hash
  epoch.proposedBlock = event.block.number
  epoch.proposedAt = event.block.timestamp
  epoch.approveWeight = BigInt.zero()
  epoch.rejectWeight = BigInt.zero()
  epoch.disputeWeight = BigInt.zero()
  epoch.save()

  const lines = event.params.lines
  for (let i = 0; i < lines.length; i++) saveLine(epoch, i, lines[i])

  extendTerm(summary.setId, event.params.epoch)
  const protocol = loadProtocol()
  protocol.lastEpoch = event.params.epoch
  protocol.proposedCount += 1
  protocol.save()
}

function extendTerm(set: BigInt, epoch: BigInt): void {
  let term = EpochSpan.load(setId(set))
  if (term == null) {
    term = new EpochSpan(setId(set))
    term.setId = set
    term.firstEpoch = epoch
  }
  term.lastEpoch = epoch
  term.save()
}

export function setVoteDeadline(number: BigInt, voteDeadline: BigInt): void {
  const epoch = Epoch.load(epochId(number))!
  epoch.voteDeadline = voteDeadline
  epoch.save()
}

function saveLine(epoch: Epoch, index: i32, source: EpochProposedLinesStruct): void {
  const line = new EpochLine(childId(epoch.digest, index))
  line.epoch = epoch.id
  line.index = index
  line.chainId = source.chainId
  line.custody = source.custody
  line.blockNumber = source.blockNumber
  line.blockHash = source.blockHash
  line.kills = source.kills
  line.payoutRoot = source.payoutRoot
  line.payoutCount = source.payoutCount
  line.save()
  const assets = source.assets
  for (let i = 0; i < assets.length; i++) saveAsset(line.id, i, assets[i])
}

function saveAsset(line: Bytes, index: i32, source: EpochProposedLinesAssetsStruct): void {
  const asset = new EpochAsset(childId(line, index))
  asset.line = line
  asset.index = index
  asset.token = source.token
  asset.lotSize = source.lotSize
  asset.deposited = source.deposited
  asset.liabilities = source.liabilities
  asset.withdrawable = source.withdrawable
  asset.withdrawals = source.withdrawals
  asset.authorisedOut = source.authorisedOut
  asset.count = source.count
  asset.root = source.root
  asset.save()
}

export function decideEpoch(number: BigInt, digest: Bytes, approved: boolean, event: ethereum.Event): void {
  const epoch = Epoch.load(epochId(number))!
  epoch.status = approved ? 'APPROVED' : 'REJECTED'
  epoch.decidedTx = event.transaction.hash
  epoch.decidedBlock = event.block.number
  epoch.decidedAt = event.block.timestamp
  epoch.save()

  const protocol = loadProtocol()
  if (approved) {
    protocol.approvedCount += 1
    protocol.lastApprovedEpoch = number
    protocol.lastApprovedDigest = digest
  } else {
    protocol.rejectedCount += 1
  }
  protocol.save()
}
