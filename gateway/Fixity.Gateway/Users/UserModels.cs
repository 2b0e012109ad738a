using Fixity.Gateway.SignIn;

namespace Fixity.Gateway.Users;

/// <param name="External">Signs in through the identity provider, which says the role at each sign-in.</param>
internal sealed record UserView(
    int Id, string Username, Role Role, DateTimeOffset CreatedAt, DateTimeOffset? LastLoginAt, bool Disabled,
    bool External);

internal sealed record UserCreateRequest(string Username, string Password, Role Role);

/// <summary>Another role, password or state ends the user's sessions; to disable revokes the personal tokens too.</summary>
/// <param name="Password">Absent: stays.</param>
internal sealed record UserUpdateRequest(Role Role, bool Disabled, string? Password = null);

/// <summary>What a sign-in is checked against; never leaves the gateway.</summary>
/// <param name="PasswordHash">Null: the user signs in through the identity provider alone.</param>
internal sealed record Credentials(int Id, string Username, string? PasswordHash, Role Role, bool Disabled);
