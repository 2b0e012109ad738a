using Fixity.Gateway.SignIn;

namespace Fixity.Gateway.Users;

internal sealed record UserView(
    int Id, string Username, Role Role, DateTimeOffset CreatedAt, DateTimeOffset? LastLoginAt, bool Disabled);

internal sealed record UserCreateRequest(string Username, string Password, Role Role);

/// <param name="Password">Absent: stays. A new one ends the user's sessions.</param>
internal sealed record UserUpdateRequest(Role Role, bool Disabled, string? Password = null);

/// <summary>What a sign-in is checked against; never leaves the gateway.</summary>
internal sealed record Credentials(int Id, string Username, string PasswordHash, Role Role, bool Disabled);
