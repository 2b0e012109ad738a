using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.SignIn;

/// <summary>What the SPA asks first: is there anybody yet, and who am I?</summary>
/// <param name="CsrfToken">Goes into the header X-CSRF-Token of each request that changes something.</param>
internal sealed record SessionView(bool SetupRequired, SessionUser? User, string? CsrfToken);

internal sealed record SessionUser(string Username, Role Role);

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
