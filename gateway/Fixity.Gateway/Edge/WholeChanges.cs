namespace Fixity.Gateway.Edge;

/// <summary>A change that has begun is made and recorded, whether its caller waits for the answer or not.</summary>
/// <remarks>
/// Cancelled with its connection, a request could stop between the change and its entry in the audit log: whoever hangs up
/// in time would act without a trace, and a sign-in that failed would be counted and not told.
/// </remarks>
internal static class WholeChanges
{
    public static void UseWholeChanges(this WebApplication app) => app.Use(static (context, next) =>
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.RequestAborted = CancellationToken.None;
        }

        return next(context);
    });
}
