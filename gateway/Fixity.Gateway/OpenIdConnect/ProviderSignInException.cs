namespace Fixity.Gateway.OpenIdConnect;

/// <summary>A sign-in through the provider that came to nothing.</summary>
/// <param name="failure">What the person is told.</param>
/// <param name="detail">The whole of it, for the log and the audit log; no secret.</param>
internal sealed class ProviderSignInException(SignInFailure failure, string detail, Exception? cause = null)
    : Exception(detail, cause)
{
    public SignInFailure Failure => failure;
}

/// <summary>Why; the sign-in page has a sentence for each.</summary>
internal enum SignInFailure
{
    /// <summary>The person, or a rule of the provider's, said no.</summary>
    Cancelled,

    /// <summary>It took too long, was begun in another browser, or the answer came a second time.</summary>
    Expired,

    /// <summary>The provider reports an error of its own.</summary>
    ProviderError,

    /// <summary>The provider does not answer.</summary>
    Unreachable,

    /// <summary>What the provider says cannot be believed.</summary>
    InvalidAnswer,

    /// <summary>The provider gives no role that means anything here.</summary>
    NoRole,

    /// <summary>The provider says no name that could be a user's.</summary>
    NoName,

    /// <summary>Somebody else has the name already.</summary>
    NameTaken,

    /// <summary>An administrator switched the account off.</summary>
    Disabled,

    /// <summary>Too many attempts failed from this address.</summary>
    TooMany,
}
