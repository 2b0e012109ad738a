using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Fixity.Gateway.SignIn;

namespace Fixity.Gateway.OpenIdConnect;

/// <summary>What a browser carries from the start of a sign-in through the provider to its end.</summary>
/// <param name="State">Comes back with the answer: so the answer is to what this browser asked.</param>
/// <param name="Nonce">Comes back in the id token: so the token was made for this sign-in.</param>
/// <param name="Verifier">Only whoever has it can make something of the code (PKCE).</param>
/// <param name="Next">Where the person was going.</param>
internal sealed record SignInAttempt(string State, string Nonce, string Verifier, string Next, DateTimeOffset StartedAt)
{
    /// <summary>How long a person may take at the provider.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private const int LongestNext = 2_000;

    public string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    public static SignInAttempt Begin(string? next, DateTimeOffset now) =>
        new(Secret.Make(), Secret.Make(), Secret.Make(), PlaceToReturn(next), now);

    /// <summary>Only a page of this site: a link must not send somebody elsewhere after they signed in.</summary>
    /// <remarks>Browsers take a backslash for a slash, and leave out tabs and line breaks.</remarks>
    public static string PlaceToReturn(string? next) =>
        next is { Length: > 0 and <= LongestNext } && next[0] == '/'
        && next.All(c => c is > ' ' and <= '~' and not '\\')
        && !next.StartsWith("//", StringComparison.Ordinal)
        && !next.StartsWith("/api/", StringComparison.OrdinalIgnoreCase)
            ? next
            : "/";
}
