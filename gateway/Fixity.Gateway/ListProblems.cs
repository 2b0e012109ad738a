using Fixity.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway;

/// <summary>What can be wrong with asking for a page of any list.</summary>
internal static class ListProblems
{
    public static ProblemHttpResult NotACursor() => Problem.Validation(new Dictionary<string, string[]>
    {
        ["cursor"] = ["The cursor is not one that this list gave; leave it out to start at the beginning."],
    });
}
