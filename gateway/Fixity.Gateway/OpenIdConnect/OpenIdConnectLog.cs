namespace Fixity.Gateway.OpenIdConnect;

/// <summary>Log messages of signing in through the provider. Event ids 6080–6089.</summary>
internal static partial class OpenIdConnectLog
{
    [LoggerMessage(6080, LogLevel.Warning, "A sign-in through the identity provider failed ({Failure}): {Detail}")]
    public static partial void ProviderSignInFailed(
        this ILogger logger, Exception? cause, SignInFailure failure, string detail);

    [LoggerMessage(6081, LogLevel.Warning, "The identity provider does not answer; what it published before still holds")]
    public static partial void DocumentOld(this ILogger logger, Exception exception);
}
