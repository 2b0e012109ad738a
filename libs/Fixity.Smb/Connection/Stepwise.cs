using System.Buffers.Binary;
using Fixity.Smb.Wire;

namespace Fixity.Smb.Connection;

/// <summary>Makes chains do with fewer credits than they want: smaller reads first, then one request after another.</summary>
internal static class Stepwise
{
    /// <summary>The chain with its reads cut to what the credits allow, at least one for each request.</summary>
    public static SmbRequest[] Fit(SmbRequest[] chain, int credits)
    {
        var spare = credits - chain.Length;
        return chain.Sum(request => request.Charge) <= credits
            ? chain
            : [.. chain.Select(request =>
            {
                var charge = Math.Min(request.Charge, 1 + spare);
                spare -= charge - 1;
                return charge == request.Charge ? request : Cut(request, charge);
            })];
    }

    public static async Task<Answer> AskAsync(SmbLink link, SmbRequest[] chain, CancellationToken cancellation)
    {
        var replies = new List<Reply>(chain.Length);
        SmbHandle? opened = null;
        try
        {
            foreach (var request in chain)
            {
                if (replies.Count > 0 && NtStatus.IsError(replies[0].Status))
                {
                    replies.Add(replies[0].Again()); // Nothing was opened: the rest has the same answer.
                    continue;
                }

                var answer = await link.AskAsync([opened is { } handle ? With(request, handle) : request], cancellation);
                replies.Add(answer.Part(0));
                if (request.Command == SmbCommand.Create && answer.Status(0) == NtStatus.Success)
                {
                    opened = Replies.Create(answer.Message(0), out _);
                }
            }
        }
        catch (OperationCanceledException) when (opened is not null)
        {
            link.CloseLater(opened.Value);
            throw;
        }

        return new Answer([.. replies]);
    }

    private static SmbRequest Cut(SmbRequest request, int charge)
    {
        var body = request.Body.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(
            body.AsSpan(request.Command == SmbCommand.Read ? 4 : 28), charge * Requests.CreditBytes);
        return request with { Body = body, Charge = charge };
    }

    private static SmbRequest With(SmbRequest request, SmbHandle handle)
    {
        var at = request.Command switch
        {
            SmbCommand.Read => 16,
            SmbCommand.QueryInfo => 24,
            _ => 8,
        };
        var body = request.Body.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(at), handle.Persistent);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(at + 8), handle.Volatile);
        return request with { Body = body };
    }
}
