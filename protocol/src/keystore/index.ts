export {KeystoreError, openKey, type Password} from './open-key.ts';
