/** What a code host offers for comments on one pull request. On GitLab, a pull request is a merge request. */

/** A comment that the user of our token wrote. */
export interface OwnComment {
    readonly id: string;
    readonly body: string;
    /** Where a person reads it. */
    readonly url: string;
}

export interface CodeHost {
    /** All comments of the token's user on the pull request, the oldest first. Comments by others are left out. */
    readonly ownComments: () => Promise<readonly OwnComment[]>;
    /** Is not repeated here after an error, since the comment may have been written nevertheless. */
    readonly create: (body: string) => Promise<OwnComment>;
    readonly update: (comment: OwnComment, body: string) => Promise<void>;
    /** Marks comments as outdated, so that readers no longer see their text at first sight. */
    readonly hide: (comments: readonly OwnComment[]) => Promise<void>;
}
