"""Registers a client and lets Authlib read the answer: its claims classes check it, its session uses the secret."""

import sys

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7591 import ClientMetadataClaims
from authlib.oidc.registration import ClientMetadataClaims as OpenIDClientMetadataClaims

service = sys.argv[1]
metadata = {
    "client_name": "Authlib client",
    "redirect_uris": ["https://example.com/callback"],
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": "openid profile",
    "id_token_signed_response_alg": "RS256",
}
answer = requests.post(f"{service}/connect/register", json=metadata, timeout=10)
assert answer.status_code == 201, answer.text
client = answer.json()

for claims in (ClientMetadataClaims, OpenIDClientMetadataClaims):
    claims(client, {}, {}).validate()

session = OAuth2Session(client["client_id"], client["client_secret"], scope=client["scope"])
url, _state = session.create_authorization_url("https://example.org/authorize", redirect_uri=client["redirect_uris"][0])
assert client["client_id"] in url, url

read = requests.get(
    client["registration_client_uri"],
    headers={"Authorization": f"Bearer {client['registration_access_token']}"},
    timeout=10,
)
assert read.status_code == 200, read.text
assert read.json()["client_name"] == metadata["client_name"]
print("ok")
