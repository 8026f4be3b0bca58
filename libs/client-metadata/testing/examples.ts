/** The guide's example request: valid, confidential, nothing unusual. */
export const WEB_CLIENT = {
  client_name: 'My Example Application',
  redirect_uris: ['https://example.com/callback'],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid profile email',
} as const;

/** The guide's single page application. */
export const SPA_CLIENT = {
  client_name: 'Single page application',
  redirect_uris: ['https://spa.example.com/callback'],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
} as const;

/** The guide's web application with keys. */
export const KEYED_WEB_CLIENT = {
  client_name: 'Web application',
  redirect_uris: ['https://app.example.com/callback'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks_uri: 'https://app.example.com/jwks.json',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
} as const;

/** The guide's backend service. */
export const BACKEND_CLIENT = {
  client_name: 'Backend service',
  token_endpoint_auth_method: 'private_key_jwt',
  jwks_uri: 'https://backend.example.com/jwks.json',
  grant_types: ['client_credentials'],
  response_types: [],
  scope: 'reports.read',
} as const;
