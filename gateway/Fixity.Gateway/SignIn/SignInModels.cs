using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.SignIn;

/// <summary>What the SPA asks first: is there anybody yet, and who am I?</summary>
/// <param name="CsrfToken">Goes into the header X-CSRF-Token of each request that changes something.</param>
/// <param name="Provider">What to call the identity provider through which one may sign in; null: there is none.</param>
internal sealed record SessionView(bool SetupRequired, SessionUser? User, string? CsrfToken, string? Provider);

/// <param name="External">Signs in through the identity provider, and has no password here.</param>
internal sealed record SessionUser(string Username, Role Role, bool External);

/// <param name="EndSessionUrl">Where to go to be signed out of the identity provider too; null: nowhere.</param>
internal sealed record SignedOut(string? EndSessionUrl);

/// <summary>A browser in which one is signed in.</summary>
/// <param name="UserAgent">What the browser says of itself.</param>
/// <param name="Current">The one that asks.</param>
internal sealed record SessionEntry(
    long Id, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt, string? Address,
    string? UserAgent, bool Current);

internal sealed record SessionList(IReadOnlyList<SessionEntry> Items);

internal sealed record SetupRequest(string Token, string Username, string Password);

internal sealed record LoginRequest(string Username, string Password);

internal sealed record PasswordRequest(string CurrentPassword, string NewPassword);

/// <summary>What somebody may do; each includes the one before.</summary>
internal enum Role
{
    Viewer,
    Operator,
    Admin,
}

internal static class RoleWords
{
    public static string Word(this Role role) => role switch
    {
        Role.Viewer => Roles.Viewer,
        Role.Operator => Roles.Operator,
        Role.Admin => Roles.Admin,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "Not a role."),
    };

    public static Role Parse(string word) => word switch
    {
        Roles.Viewer => Role.Viewer,
        Roles.Operator => Role.Operator,
        Roles.Admin => Role.Admin,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, "Not a role."),
    };
}
