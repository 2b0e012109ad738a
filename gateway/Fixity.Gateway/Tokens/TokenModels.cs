using Fixity.Gateway.SignIn;

namespace Fixity.Gateway.Tokens;

/// <summary>Whom a token stands for.</summary>
internal enum TokenKind
{
    /// <summary>Itself: made by an administrator for a program, whoever comes and goes.</summary>
    Service,

    /// <summary>Its user: it can do no more than he can at the time, and goes with him.</summary>
    Personal,
}

/// <param name="Role">What it was made for; of a personal one never more than its user's at the time of use.</param>
/// <param name="Targets">The only targets that it may know of; null: all.</param>
internal sealed record ApiTokenView(
    int Id, string Name, TokenKind Kind, Role Role, IReadOnlyList<int>? Targets, string CreatedBy,
    DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);

/// <summary>The only answer that holds the token itself.</summary>
internal sealed record ApiTokenCreated(
    int Id, string Name, TokenKind Kind, Role Role, IReadOnlyList<int>? Targets, string CreatedBy,
    DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt,
    string Token);

/// <param name="ExpiresAt">Absent: until it is revoked.</param>
/// <param name="Kind">Absent: service, which only an administrator may make.</param>
/// <param name="Targets">The only targets that it may know of; absent: all.</param>
internal sealed record ApiTokenCreateRequest(
    string Name, Role Role, DateTimeOffset? ExpiresAt = null, TokenKind Kind = TokenKind.Service,
    IReadOnlyList<int>? Targets = null);

/// <summary>A token that is good now: what a request with it may do, and as whom.</summary>
/// <param name="Actor">For records of who did what.</param>
internal sealed record TokenUse(string Actor, Role Role, int[]? Targets);
