using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.Audit;

internal static class AuditProblems
{
    public static ProblemHttpResult NotAFormat() => Problem.Validation(new Dictionary<string, string[]>
    {
        ["format"] = ["format is csv or jsonl."],
    });

    public static ProblemHttpResult NotAnAnchor() => Problem.Validation(new Dictionary<string, string[]>
    {
        ["hash"] = ["entry and hash go together: the number of an entry, and its hash as 64 hexadecimal digits."],
    });
}
