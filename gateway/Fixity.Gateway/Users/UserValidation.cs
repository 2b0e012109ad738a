using Fixity.Gateway.SignIn;

namespace Fixity.Gateway.Users;

/// <summary>Rules for user names and new passwords.</summary>
internal static class UserValidation
{
    public const int LongestUsername = 100;

    public static bool CanBeName(string username) => ComplaintAbout(username) is null;

    public static Dictionary<string, string[]> ErrorsOf(string username, string password)
    {
        var errors = new Dictionary<string, string[]>();
        if (ComplaintAbout(username) is { } name)
        {
            errors["username"] = [name];
        }

        if (PasswordRules.Complaint(username, password) is { } secret)
        {
            errors["password"] = [secret];
        }

        return errors;
    }

    // A colon would let a user pass for a token in records of who did what: tokens are called "token:name".
    private static string? ComplaintAbout(string username) => username switch
    {
        { Length: 0 or > LongestUsername } => $"A user name has 1 to {LongestUsername} characters.",
        _ when username.Any(c => char.IsControl(c) || c == ':') => "A user name has no control characters and no colon.",
        _ when username.Trim().Length != username.Length => "A user name does not begin or end with a space.",
        _ => null,
    };
}
