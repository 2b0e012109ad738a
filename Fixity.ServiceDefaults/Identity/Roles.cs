namespace Fixity.ServiceDefaults.Identity;

/// <summary>Names of the roles, and of the authorization policies that ask for at least that role.</summary>
public static class Roles
{
    /// <summary>Reads.</summary>
    public const string Viewer = "viewer";

    /// <summary>Also scans, accepts and acknowledges.</summary>
    public const string Operator = "operator";

    /// <summary>Also targets, users, tokens, webhooks and settings.</summary>
    public const string Admin = "admin";

    public static readonly IReadOnlyList<string> All = [Viewer, Operator, Admin];

    /// <summary>Whether somebody of role <paramref name="held"/> may do what needs <paramref name="needed"/>.</summary>
    public static bool Covers(string held, string needed) => Rank(held) >= Rank(needed) && Rank(needed) > 0;

    private static int Rank(string role) => role switch { Viewer => 1, Operator => 2, Admin => 3, _ => 0 };
}
