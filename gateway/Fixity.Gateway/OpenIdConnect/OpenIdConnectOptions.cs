using System.ComponentModel.DataAnnotations;
using Fixity.Gateway.SignIn;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.OpenIdConnect;

/// <summary>Configuration section <c>Gateway:OpenIdConnect</c>: the identity provider through which people may sign in.</summary>
/// <remarks>A class and not a record, whose text would hold the secret.</remarks>
internal sealed class OpenIdConnectOptions : IValidatableObject
{
    public const string Section = "Gateway:OpenIdConnect";

    /// <summary>Address of the provider, which is its issuer too; absent: nobody signs in through one.</summary>
    public string? Authority { get; init; }

    public string? ClientId { get; init; }

    /// <summary>Absent: a public client, which proves itself by PKCE alone.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Separated by spaces.</summary>
    public string Scopes { get; init; } = "openid profile";

    /// <summary>Claim that holds the roles; a path such as <c>realm_access.roles</c> leads into objects.</summary>
    public string RoleClaim { get; init; } = "roles";

    /// <summary>Which values of the claim stand for which role; without any, a role's own name does.</summary>
    public RoleValues RoleMap { get; init; } = new();

    /// <summary>Claim that becomes the user name.</summary>
    public string NameClaim { get; init; } = "preferred_username";

    /// <summary>What the button on the sign-in page calls the provider.</summary>
    [StringLength(60, MinimumLength = 1)]
    public string DisplayName { get; init; } = "single sign-on";

    public bool IsOn => !string.IsNullOrWhiteSpace(Authority);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsOn)
        {
            yield break;
        }

        if (!ProviderMetadata.IsSafe(Authority) || new Uri(Authority!) is not { Query: "", Fragment: "" })
        {
            yield return new ValidationResult(
                $"{Section}:Authority must be the provider's https address (http on this machine only).", [nameof(Authority)]);
        }

        if (string.IsNullOrWhiteSpace(ClientId))
        {
            yield return new ValidationResult($"{Section}:ClientId must name Fixity at the provider.", [nameof(ClientId)]);
        }

        if (!Scopes.Split(' ').Contains("openid", StringComparer.Ordinal))
        {
            yield return new ValidationResult($"{Section}:Scopes must contain openid.", [nameof(Scopes)]);
        }
    }
}

/// <summary>Values of the role claim, by the role that they stand for.</summary>
internal sealed class RoleValues
{
    public IReadOnlyList<string> Admin { get; init; } = [];

    public IReadOnlyList<string> Operator { get; init; } = [];

    public IReadOnlyList<string> Viewer { get; init; } = [];

    /// <summary>The highest role that one of the values stands for; null: none does.</summary>
    public Role? Highest(IReadOnlyCollection<string> values)
    {
        var own = Admin.Count + Operator.Count + Viewer.Count == 0;
        return Stands(Admin, Role.Admin) ? Role.Admin
            : Stands(Operator, Role.Operator) ? Role.Operator
            : Stands(Viewer, Role.Viewer) ? Role.Viewer
            : null;

        bool Stands(IReadOnlyList<string> named, Role role) =>
            own ? values.Contains(role.Word()) : named.Any(values.Contains);
    }
}

[OptionsValidator]
internal sealed partial class OpenIdConnectOptionsValidator : IValidateOptions<OpenIdConnectOptions>;
