using System.Formats.Asn1;

namespace Fixity.Smb.Authentication;

/// <summary>Wraps login tokens as SPNEGO does (RFC 4178), for the one mechanism that we have.</summary>
internal static class Spnego
{
    private const string SpnegoOid = "1.3.6.1.5.5.2";
    private const string NtlmOid = "1.3.6.1.4.1.311.2.2.10";

    /// <summary>The list of mechanisms as it is sent: what both sides sign at the end.</summary>
    public static byte[] Mechanisms { get; } = EncodeMechanisms();

    public static byte[] First(ReadOnlySpan<byte> token)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence(new Asn1Tag(TagClass.Application, 0, isConstructed: true)))
        {
            writer.WriteObjectIdentifier(SpnegoOid);
            using (writer.PushSequence(Context(0)))
            using (writer.PushSequence())
            {
                using (writer.PushSequence(Context(0)))
                {
                    writer.WriteEncodedValue(Mechanisms);
                }

                using (writer.PushSequence(Context(2)))
                {
                    writer.WriteOctetString(token);
                }
            }
        }

        return writer.Encode();
    }

    public static byte[] Second(ReadOnlySpan<byte> token, ReadOnlySpan<byte> mic)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence(Context(1)))
        using (writer.PushSequence())
        {
            using (writer.PushSequence(Context(2)))
            {
                writer.WriteOctetString(token);
            }

            using (writer.PushSequence(Context(3)))
            {
                writer.WriteOctetString(mic);
            }
        }

        return writer.Encode();
    }

    /// <summary>The mechanism's token and the signature of the list, each empty if not there.</summary>
    public static (byte[] Token, byte[] Mic) Read(ReadOnlySpan<byte> received)
    {
        try
        {
            var outer = new AsnReader(received.ToArray(), AsnEncodingRules.BER);
            var fields = outer.ReadSequence(Context(1)).ReadSequence();
            byte[] token = [];
            byte[] mic = [];
            while (fields.HasData)
            {
                var number = fields.PeekTag().TagValue;
                var field = fields.ReadSequence(Context(number));
                switch (number)
                {
                    case 2:
                        token = field.ReadOctetString();
                        break;
                    case 3:
                        mic = field.ReadOctetString();
                        break;
                }
            }

            return (token, mic);
        }
        catch (AsnContentException malformed)
        {
            throw new SmbException(SmbFailure.Protocol, "the server's login token is not SPNEGO", cause: malformed);
        }
    }

    private static byte[] EncodeMechanisms()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(NtlmOid);
        }

        return writer.Encode();
    }

    private static Asn1Tag Context(int number) => new(TagClass.ContextSpecific, number, isConstructed: true);
}
