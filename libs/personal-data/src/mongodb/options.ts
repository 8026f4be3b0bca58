/** What the key store of the distributed service is opened with. */
export type MongodbKeyStoreOptions = {
  /** Connection string; what it says of read and write concerns does not count. */
  url: string;
  /** The key store's own database, so that its backups can be kept for a shorter time than those of the log. */
  database: string;
  /** 32 octets. */
  masterKey: Buffer;
  /** The master key that `masterKey` replaces; needed at the first start of any process with it. */
  previousMasterKey?: Buffer;
  poolSize?: number;
};
