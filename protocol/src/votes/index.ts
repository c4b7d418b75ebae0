export {aggregateKeys, aggregateSignatures, encodeKey, encodeSignature, publicKeyOf, VoteError} from './bls.ts';
export {certificateArgument, certificateOf, type CertificateArgument, type GroupArgument, MEMBER_RECORD_BYTES} from './argument.ts';
export {
  buildCertificate, type CastVote, type CertificateVerdict, isBlocking, isQuorum, MEMBERS_MAX, type ValidatorSet, verifyCertificate,
} from './certificate.ts';
export {
  type Possession, POSSESSION_TYPES, possessionDigest, signPossession, signVote, VOTE_TYPES, voteDigest, type VoteMessage,
  verifyPossession, verifyVote,
} from './digest.ts';
export {claimToDigest, type ClaimTo, handoverDigest, operateDigest, type Recovery, recoveryDigest} from './messages.ts';
export {memberLeaf, type MembersTree, membersTree, rootFromMany} from './members.ts';
