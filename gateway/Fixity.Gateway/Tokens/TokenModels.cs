using Fixity.Gateway.SignIn;

namespace Fixity.Gateway.Tokens;

internal sealed record ApiTokenView(
    int Id, string Name, Role Role, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);

/// <summary>The only answer that holds the token itself.</summary>
internal sealed record ApiTokenCreated(
    int Id, string Name, Role Role, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, string Token);

/// <param name="ExpiresAt">Absent: until it is revoked.</param>
internal sealed record ApiTokenCreateRequest(string Name, Role Role, DateTimeOffset? ExpiresAt = null);
