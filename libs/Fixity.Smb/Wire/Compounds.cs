namespace Fixity.Smb.Wire;

/// <summary>Where the messages of a frame begin and end (MS-SMB2 3.2.4.1.4 and 3.2.5.1.9).</summary>
internal static class Compounds
{
    /// <summary>All of a chain; each but the last is filled up to a multiple of eight.</summary>
    public static int Bytes(SmbRequest[] chain)
    {
        var length = SmbHeader.Bytes + chain[^1].Body.Length;
        for (var part = 0; part < chain.Length - 1; part++)
        {
            length += Padded(chain[part]);
        }

        return length;
    }

    public static int Padded(SmbRequest request) => (SmbHeader.Bytes + request.Body.Length + 7) & ~7;

    /// <summary>How long the first of these messages is.</summary>
    /// <exception cref="SmbException">It is none, or it reaches into the next.</exception>
    public static int FirstBytes(ReadOnlySpan<byte> messages)
    {
        if (!SmbHeader.IsOne(messages))
        {
            throw new SmbException(SmbFailure.Protocol, "what the server sent is not a message of SMB 2 or 3");
        }

        var next = SmbHeader.Next(messages);
        if (next == 0)
        {
            return messages.Length;
        }

        return next % 8 == 0 && next >= SmbHeader.Bytes && next <= messages.Length - SmbHeader.Bytes
            ? (int)next
            : throw new SmbException(SmbFailure.Protocol, "the answers of a compound overlap");
    }
}
