using System.Globalization;

namespace Fixity.Alert.Deliveries.Sending.Smtp;

/// <summary>What a mail server says to one command.</summary>
/// <param name="Lines">Without their codes.</param>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public bool IsPositive => Code is >= 200 and < 400;

    public bool IsTemporary => Code is >= 400 and < 500;

    /// <summary>The first 2 KiB of it, for people.</summary>
    public override string ToString()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Code} {string.Join(' ', Lines)}").TrimEnd();
        return text.Length <= Channels.ResponseExcerpt.KeptBytes ? text : text[..Channels.ResponseExcerpt.KeptBytes];
    }
}

/// <summary>The server said no, so there is nothing more to say to it.</summary>
/// <remarks>The message has only its code: what it said besides is the answer, which not everybody may read.</remarks>
internal sealed class SmtpRefusedException(string step, SmtpReply reply) : Exception($"{step}, code {reply.Code}.")
{
    public SmtpReply Reply => reply;
}

/// <summary>The server, or the way to it, is not such that a mail may be handed in.</summary>
internal sealed class SmtpUnusableException(string message) : Exception(message);
