export {type FilesInput, proofFromFiles, type ProveInput, proveInclusion} from './prove.ts';
export {encodeProof, type InclusionProof, parseProof, type ProofNetwork, shareableProof} from './shape.ts';
export {type InclusionVerdict, type ProofStep, type StepName, verifyInclusion} from './verify.ts';
export {leafOpening, type LeafOpening, NO_PAYOUT_CLAIM, type PayoutClaim, payoutClaim} from './custody-proof.ts';
