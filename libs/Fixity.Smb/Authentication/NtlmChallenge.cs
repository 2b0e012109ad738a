using System.Buffers.Binary;
using Fixity.Smb.Wire;

namespace Fixity.Smb.Authentication;

/// <summary>What the server asks (MS-NLMP 2.2.1.2).</summary>
internal sealed record NtlmChallenge(uint Flags, byte[] ServerChallenge, IReadOnlyList<NtlmPair> Target)
{
    public static NtlmChallenge Read(ReadOnlySpan<byte> message)
    {
        var view = new WireView(message);
        if (!view.Slice(0, 8).SequenceEqual(NtlmMessages.Signature) || view.U32(8) != 2)
        {
            throw new SmbException(SmbFailure.Protocol, "the server's login token is no NTLM challenge");
        }

        var flags = view.U32(20);
        if ((flags & NtlmMessages.Demanded) != NtlmMessages.Demanded)
        {
            throw new SmbException(SmbFailure.Tampered, "the server's NTLM is weaker than NTLMv2 with 128 bits");
        }

        return new NtlmChallenge(flags, view.Slice(24, 8).ToArray(), ReadTarget(view.Slice(view.U32(44), view.U16(40))));
    }

    /// <summary>The server's clock; null: it did not tell, and no integrity of the messages is promised.</summary>
    public byte[]? Timestamp => Target.FirstOrDefault(pair => pair.Id == NtlmPair.Timestamp)?.Value;

    private static List<NtlmPair> ReadTarget(ReadOnlySpan<byte> target)
    {
        var pairs = new List<NtlmPair>();
        var view = new WireView(target);
        for (var at = 0; ;)
        {
            var id = view.U16(at);
            var value = view.Slice(at + 4, view.U16(at + 2));
            if (id == NtlmPair.End)
            {
                return pairs;
            }

            pairs.Add(id != NtlmPair.Timestamp || value.Length == sizeof(long)
                ? new NtlmPair(id, value.ToArray())
                : throw new SmbException(SmbFailure.Protocol, "the time of the NTLM challenge is not one"));
            at += 4 + value.Length;
        }
    }
}

/// <summary>One thing that the two sides say of themselves (MS-NLMP 2.2.2.1).</summary>
internal sealed record NtlmPair(int Id, byte[] Value)
{
    public const int End = 0;
    public const int Flags = 6;
    public const int Timestamp = 7;
    public const int TargetName = 9;
    public const int ChannelBindings = 10;

    public static byte[] Write(IEnumerable<NtlmPair> pairs)
    {
        var written = new MemoryStream();
        Span<byte> head = stackalloc byte[4];
        foreach (var pair in pairs.Append(new NtlmPair(End, [])))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(head, (ushort)pair.Id);
            BinaryPrimitives.WriteUInt16LittleEndian(head[2..], (ushort)pair.Value.Length);
            written.Write(head);
            written.Write(pair.Value);
        }

        return written.ToArray();
    }
}
