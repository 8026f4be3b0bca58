import type { ClientDocument } from './document.js';

/** The sort key of a list: `client_id_issued_at` descending, then `client_id` ascending. */
export type ClientCursor = { client_id_issued_at: number; client_id: string };

/** Filters are combined with "and"; one that is absent lets everything through. */
export type ClientQuery = {
  /** Prefix of the lower-cased `client_name`. */
  name?: string;
  software_id?: string;
  /** Host of one of the `redirect_uris`, as the URL standard writes it (lower case, IDNs in ASCII). */
  redirectHost?: string;
  token_endpoint_auth_method?: string;
  grant_type?: string;
  status?: string;
  /** Only what sorts after this key: `next` of the page before. */
  after?: ClientCursor;
  /** Items on a page, at least 1. */
  limit: number;
};

export type ClientPage = {
  items: ClientDocument[];
  /** Key to continue after; null on the last page. */
  next: ClientCursor | null;
  /** Position in the log that the answer stands for. */
  position: number;
};
