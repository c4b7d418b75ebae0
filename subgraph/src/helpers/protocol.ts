import { Protocol } from '../../generated/schema'
import { PROTOCOL } from '../ids'

export function loadProtocol(): Protocol {
  let protocol = Protocol.load(PROTOCOL)
  if (protocol != null) return protocol
  protocol = new Protocol(PROTOCOL)
  protocol.proposedCount = 0
  protocol.approvedCount = 0
  protocol.rejectedCount = 0
  protocol.voteCount = 0
  protocol.settlementCount = 0
  protocol.payoutCount = 0
  return protocol
}
